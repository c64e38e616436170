// How allocations come to their end: by their client, by time, with their stream; and what several
// handlers need of an allocation's life.
#include <cassert>

#include "turn/peer_policy.h"
#include "turn/quota.h"
#include "turn/server_state.h"

namespace turn {

Allocation* Server::find(const FiveTuple& client, Time now) {
  Allocation* allocation = state_->allocations.find(client);
  return allocation != nullptr && allocation->live(now) ? allocation : nullptr;
}

Allocation* Server::find(RelayId relay, Time now) {
  Allocation* allocation = state_->allocations.find(relay);
  if (allocation == nullptr) return nullptr;
  const Relay& ours = allocation->relays[allocation->relays[0].id == relay ? 0 : 1];
  return ours.live(now) ? allocation : nullptr;
}

void Server::handle_time(Time now) {
  State& state = *state_;
  while (Allocation* allocation = state.wheel.pop_due(now)) {
    if (state.outlives(*allocation, now)) state.arm(*allocation);
  }
  state.expire_connections(now);
  state.expected.expire(now);
}

void Server::handle_disconnect(const FiveTuple& client) {
  state_->pending.forget(client);
  state_->forget_expected(client);
  Allocation* const allocation = state_->allocations.find(client);
  // Whoever may move has lost its connection in doing so: the ticket is still good (RFC 8016).
  if (allocation == nullptr || allocation->mobility) return;
  state_->end_allocation(*allocation, Event::Kind::disconnected);
}

Allocation* Server::State::find(const FiveTuple& client, Time now) {
  Allocation* allocation = allocations.find(client);
  return allocation != nullptr && outlives(*allocation, now) ? allocation : nullptr;
}

bool Server::State::outlives(Allocation& allocation, Time now) {
  if (!allocation.live(now)) {
    end_allocation(allocation, Event::Kind::expired);
    return false;
  }
  // One half of a dual allocation may end before the other.
  for (Relay& relay : allocation.relays) {
    if (relay.state == Relay::State::open && !relay.live(now)) close_relay(allocation, relay);
  }
  return true;
}

void Server::State::end_allocation(Allocation& allocation, Event::Kind why) {
  report(why, allocation, {.totals = allocation.totals});
  for (Relay& relay : allocation.relays) {
    if (relay.state != Relay::State::none) close_relay(allocation, relay);
  }
  quota.release(allocation.username, allocation.realm);
  forget_name(allocation);
  --counters.allocations;
  allocations.erase(allocation);
}

void Server::State::close_relay(Allocation& allocation, Relay& relay) {
  drop_routes(allocation, relay);
  close_connections(allocation, relay.family);
  // RFC 8656 8.1: permissions and channels of the other family stay.
  allocation.permissions.forget(relay.family);
  allocation.channels.forget(relay.family);
  effects.push(CloseRelay{relay.id});
  allocations.forget_relay(relay.id);
  relay = Relay{};
}

std::optional<stun::ErrorCode> Server::State::refuses_peer(Allocation& allocation,
                                                           const IpAddress& peer, Time now) {
  if (allocation.relay(peer.family(), now) == nullptr) {
    return stun::ErrorCode::peer_address_family_mismatch;
  }
  const Denial denial = policy.check(peer);
  if (denial == Denial::none) return std::nullopt;
  report(Event::Kind::peer_denied, allocation,
         {.peer = {peer, 0}, .code = stun::ErrorCode::forbidden, .reason = to_string(denial)});
  return stun::ErrorCode::forbidden;
}

void Server::State::permit(Allocation& allocation, const IpAddress& peer, Time now) {
  const Time until = now + config.permission_lifetime;
  allocation.permissions.install(
      {.peer = peer, .own_host = policy.depends_on_port(peer), .expires_at = until});
  allocation.channels.permit(peer, until);
  report(Event::Kind::permitted, allocation,
         {.peer = {peer, 0}, .lifetime = config.permission_lifetime});
  announce_peer(allocation, {peer, 0}, now);
}

void Server::State::announce_peer(Allocation& allocation, const TransportAddress& peer, Time now) {
  const Relay* relay = allocation.relay(peer.ip.family(), now);
  if (!config.announce_peers || relay == nullptr) return;
  effects.push(ExpectPeer{relay->id, peer});
  const TransportAddress reached = addresses.reachable(peer);
  if (reached != peer) effects.push(ExpectPeer{relay->id, reached});
}

void Server::State::announce_routes(const Allocation& allocation, const IpAddress& peer, Time now) {
  for (const Channel& channel : allocation.channels.all()) {
    if (channel.peer.ip != peer || !channel.live(now) || !has_route(allocation, channel)) continue;
    for (const Relay& relay : allocation.relays) {
      if (!relay.live(now) || relay.family != peer.family()) continue;
      effects.push(BindRoute{allocation.client, channel.number, relay.bound, channel.peer,
                             channel.expires_at, channel.permitted_until});
    }
  }
}

bool Server::State::has_route(const Allocation& allocation, const Channel& channel) {
  return !channel.own_host && !allocation.buckets;
}

void Server::State::drop_routes(const Allocation& allocation, const Relay& relay) {
  if (relay.state != Relay::State::open) return;
  for (const Channel& channel : allocation.channels.all()) {
    if (channel.peer.ip.family() != relay.family || !has_route(allocation, channel)) continue;
    effects.push(DropRoute{allocation.client, channel.number, relay.bound, channel.peer});
  }
}

void Server::State::report(Event::Kind kind, const Allocation& allocation, Event details) {
  if (!config.events) return;
  details.kind = kind;
  details.client = allocation.client;
  details.username = allocation.username;
  details.realm = allocation.realm;
  details.relayed = allocation.relays[0].state == Relay::State::open
                        ? allocation.relays[0].advertised
                        : allocation.relays[1].advertised;
  effects.push(std::move(details));
}

}  // namespace turn
