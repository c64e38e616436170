// Receiving a ChannelBind Request (RFC 8656 12.2).
#include "stun/attributes.h"
#include "turn/peer_policy.h"
#include "turn/server_state.h"

namespace turn {
namespace {

using stun::ErrorCode;

/// CHANNEL-NUMBER: the number and two reserved bytes (18.1).
std::optional<ChannelNumber> read_channel_number(const stun::MessageView& message,
                                                 bool rfc5766_range) {
  const auto value = message.value(stun::AttributeType::channel_number);
  if (!value || value->size() != 4) return std::nullopt;
  const std::uint16_t number = stun::load_u16(*value, 0);
  const std::uint16_t last = rfc5766_range ? 0x7fff : 0x4fff;
  if (number < 0x4000 || number > last) return std::nullopt;
  return ChannelNumber{number};
}

}  // namespace

Reply Server::State::on_channel_bind(const Request& request, Allocation& allocation) {
  // RFC 6062: connections take the place of channels.
  if (allocation.is_tcp()) return Reply::error(ErrorCode::forbidden);
  // Both attributes must be there and in range.
  const auto number = read_channel_number(request.message, config.rfc5766_channel_numbers);
  const auto value = request.message.value(stun::AttributeType::xor_peer_address);
  if (!number || !value) return Reply::error(ErrorCode::bad_request);
  const auto peer = stun::decode_xor_address(*value, request.context.transaction);
  if (!peer) return Reply::error(ErrorCode::bad_request);

  // The two names belong to each other and to nothing else.
  if (allocation.channels.conflicts(*number, *peer, request.now)) {
    return Reply::error(ErrorCode::bad_request);
  }
  if (const auto code = refuses_peer(allocation, peer->ip, request.now)) {
    return Reply::error(*code);
  }
  const std::array ips{peer->ip};
  if (!allocation.permissions.has_room_for(ips, request.now) ||
      !allocation.channels.has_room_for(*number, *peer, request.now)) {
    return Reply::error(ErrorCode::insufficient_capacity);
  }
  // Binding installs or refreshes the permission too.
  permit(allocation, peer->ip, request.now);
  allocation.channels.bind({.number = *number,
                            .peer = *peer,
                            .own_host = policy.depends_on_port(peer->ip),
                            .expires_at = request.now + config.channel_lifetime,
                            .permitted_until = request.now + config.permission_lifetime});
  announce_peer(allocation, *peer, request.now);
  announce_routes(allocation, peer->ip, request.now);
  report(Event::Kind::channel_bound, allocation,
         {.peer = *peer, .channel = *number, .lifetime = config.channel_lifetime});
  return Reply::success();
}

}  // namespace turn
