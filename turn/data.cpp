// Relayed data, both ways (RFC 8656 11 and 12): where it goes, or nowhere. No effects, no copies,
// no heap.
#include "stun/attributes.h"
#include "stun/message_builder.h"
#include "turn/limits.h"
#include "turn/peer_policy.h"
#include "turn/server_state.h"
#include "turn/unknown_attributes.h"

namespace turn {
namespace {

constexpr std::size_t channel_header_size = 4;

}  // namespace

std::optional<ToPeer> Server::handle_channel_data(Allocation& allocation, Bytes message, Time now) {
  State& state = *state_;
  if (message.size() < channel_header_size) {
    ++state.counters.malformed;
    return std::nullopt;
  }
  const std::size_t length = stun::load_u16(message, 2);
  if (length > message.size() - channel_header_size) {  // 12.6: the length is checked
    ++state.counters.malformed;
    return std::nullopt;
  }
  const Channel* channel = allocation.channels.find(ChannelNumber{stun::load_u16(message, 0)}, now);
  if (channel == nullptr) {
    ++state.counters.no_channel;
    return std::nullopt;
  }
  if (!channel->carries_data(now)) {
    ++state.counters.no_permission;
    return std::nullopt;
  }
  return state.to_peer(allocation, channel->peer, channel->own_host,
                       message.subspan(channel_header_size, length), now);
}

std::optional<ToPeer> Server::State::on_send(const FiveTuple& client,
                                             const stun::MessageView& message, Time now) {
  Allocation* allocation = allocations.find(client);
  if (allocation == nullptr) allocation = arrive(client, now);
  if (allocation == nullptr || !allocation->live(now)) {
    ++counters.no_allocation;
    return std::nullopt;
  }
  if (allocation->is_tcp()) {  // RFC 6062: data goes by connections.
    ++counters.malformed;
    return std::nullopt;
  }
  const auto data = message.value(stun::AttributeType::data);
  const auto address = message.value(stun::AttributeType::xor_peer_address);
  const auto peer = address ? stun::decode_xor_address(*address, message.transaction_id())
                            : std::optional<TransportAddress>{};
  std::array<stun::AttributeType, 1> unknown;
  if (!data || !peer || unknown_attributes(message, unknown) > 0) {  // 11.2, RFC 8489 6.3.2
    ++counters.malformed;
    return std::nullopt;
  }
  const Permission* permission = allocation->permissions.find(peer->ip, now);
  if (permission == nullptr) {
    ++counters.no_permission;
    return std::nullopt;
  }
  auto forward = to_peer(*allocation, *peer, permission->own_host, *data, now);
  if (forward && message.has(stun::AttributeType::dont_fragment)) {
    forward->dont_fragment = heeds_dont_fragment(*allocation, *peer);
  }
  return forward;
}

/// RFC 8656 13: DONT-FRAGMENT is ignored between UDP and UDP where either side is IPv6.
bool Server::State::heeds_dont_fragment(const Allocation& allocation,
                                        const TransportAddress& peer) {
  return is_stream(allocation.client.transport) ||
         (allocation.client.client.ip.is_v4() && peer.ip.is_v4());
}

std::optional<ToPeer> Server::State::to_peer(Allocation& allocation, const TransportAddress& peer,
                                             bool own_host, Bytes payload, Time now) {
  const Relay* relay = allocation.relay(peer.ip.family(), now);
  const TransportAddress destination = own_host ? addresses.reachable(peer) : peer;
  if (relay == nullptr || (own_host && !may_reach(peer, destination))) {
    ++counters.no_permission;
    return std::nullopt;
  }
  if (!take_bandwidth(allocation, &Allocation::Buckets::from_client, payload.size(), now)) {
    return std::nullopt;
  }
  ++allocation.totals.packets_from_client;
  allocation.totals.bytes_from_client += payload.size();
  return ToPeer{.relay = relay->id, .peer = destination, .payload = payload};
}

bool Server::State::may_reach(const TransportAddress& peer,
                              const TransportAddress& destination) const {
  return policy.check(peer) == Denial::none &&
         (peer == destination || policy.check(destination) == Denial::none);
}

std::optional<ToClient> Server::handle_peer(Allocation& allocation, const TransportAddress& source,
                                            Bytes payload, Time now) {
  State& state = *state_;
  if (payload.size() > max_payload) {
    ++state.counters.malformed;
    return std::nullopt;
  }
  const auto origin = state.origin_of(allocation, source, now);
  if (!origin.permitted && !state.config.server_relay) {
    ++state.counters.no_permission;
    return std::nullopt;
  }
  if (!state.take_bandwidth(allocation, &Allocation::Buckets::to_client, payload.size(), now)) {
    return std::nullopt;
  }
  ++allocation.totals.packets_to_client;
  allocation.totals.bytes_to_client += payload.size();
  ToClient forward{.client = &allocation.client, .header = {}, .payload = payload};
  forward.padding = static_cast<std::uint8_t>(stun::padded(payload.size()) - payload.size());
  if (origin.channel != nullptr) {
    state.write_channel_header(forward, origin.channel->number);
  } else {
    state.write_data_header(forward, origin.peer);
  }
  return forward;
}

bool Server::permits(RelayId relay, const TransportAddress& peer, Time now) {
  const Allocation* allocation = find(relay, now);
  return allocation != nullptr && state_->origin_of(*allocation, peer, now).permitted;
}

Server::State::Origin Server::State::origin_of(const Allocation& allocation,
                                               const TransportAddress& source, Time now) const {
  if (const Channel* channel = allocation.channels.find(source, now)) {
    return {source, channel, now < channel->permitted_until};
  }
  // Another client's relay on this host is known to the client by its external address.
  const TransportAddress told = addresses.advertised(source);
  if (const Channel* channel = allocation.channels.find(told, now)) {
    return {told, channel, now < channel->permitted_until};
  }
  if (allocation.permissions.find(source.ip, now) != nullptr) return {source, nullptr, true};
  return {told, nullptr, allocation.permissions.find(told.ip, now) != nullptr};
}

void Server::State::write_channel_header(ToClient& forward, ChannelNumber channel) {
  stun::store_u16(forward.header, 0, static_cast<std::uint16_t>(channel));
  stun::store_u16(forward.header, 2, static_cast<std::uint16_t>(forward.payload.size()));
  forward.header_size = channel_header_size;
  // 12.5: a stream needs the padding of ChannelData, a datagram does without.
  if (!is_stream(forward.client->transport)) forward.padding = 0;
}

void Server::State::write_data_header(ToClient& forward, const TransportAddress& peer) {
  stun::TransactionId transaction;
  random.fill(transaction);
  stun::MessageBuilder message(forward.header, {stun::Method::data, stun::Class::indication},
                               transaction);
  message.add_xor_address(stun::AttributeType::xor_peer_address, peer);
  // DATA's own header; its value and padding follow from the datagram's buffer.
  const std::size_t size = message.finish()->size();
  const std::size_t padded = forward.payload.size() + forward.padding;
  stun::store_u16(forward.header, size, static_cast<std::uint16_t>(stun::AttributeType::data));
  stun::store_u16(forward.header, size + 2, static_cast<std::uint16_t>(forward.payload.size()));
  stun::store_u16(forward.header, 2,
                  static_cast<std::uint16_t>(size + 4 + padded - stun::header_size));
  forward.header_size = static_cast<std::uint8_t>(size + 4);
}

}  // namespace turn
