// Receiving an ICMP packet (RFC 8656 11.5). The kernel has found the relay that the datagram inside
// of it came from, and that it was UDP.
#include "turn/icmp.h"

#include "stun/message_builder.h"
#include "turn/server_state.h"

namespace turn {
namespace {

constexpr std::uint8_t v4_unreachable = 3, v4_time_exceeded = 11;
constexpr std::uint8_t v4_fragmentation_needed = 4;  // a code of the first
constexpr std::uint8_t v6_unreachable = 1, v6_too_big = 2, v6_time_exceeded = 3;

}  // namespace

bool concerns_client(Family family, const IcmpError& error) {
  if (family == Family::ipv4) {
    return error.type == v4_unreachable || error.type == v4_time_exceeded;
  }
  return error.type >= v6_unreachable && error.type <= v6_time_exceeded;
}

bool is_too_long(Family family, const IcmpError& error) {
  return family == Family::ipv4
             ? error.type == v4_unreachable && error.code == v4_fragmentation_needed
             : error.type == v6_too_big;
}

std::optional<ToClient> Server::handle_icmp(const Allocation& allocation,
                                            const TransportAddress& peer, const IcmpError& error,
                                            Time now) {
  State& state = *state_;
  if (!state.config.tell_icmp_errors) return std::nullopt;
  const auto origin = state.origin_of(allocation, peer, now);
  if (!concerns_client(peer.ip.family(), error) || !origin.permitted) return std::nullopt;
  ToClient forward{.client = &allocation.client, .header = {}, .payload = {}};
  stun::TransactionId transaction;
  state.random.fill(transaction);
  stun::MessageBuilder message(forward.header, {stun::Method::data, stun::Class::indication},
                               transaction);
  message.add_xor_address(stun::AttributeType::xor_peer_address, origin.peer);
  // 18.13: all but those errors leave the error data zero.
  const std::uint32_t data = is_too_long(peer.ip.family(), error) ? error.mtu : 0;
  message.add_icmp({.type = error.type, .code = error.code, .data = data});
  forward.header_size = static_cast<std::uint8_t>(message.finish()->size());
  return forward;
}

}  // namespace turn
