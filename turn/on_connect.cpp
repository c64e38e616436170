// Receiving a Connect Request (RFC 6062 5.2), what comes of the attempt, and receiving a TCP
// connection on a relayed transport address (5.3).
#include "stun/attributes.h"
#include "stun/message_builder.h"
#include "turn/peer_policy.h"
#include "turn/server_state.h"

namespace turn {

using stun::AttributeType;
using stun::ErrorCode;

std::optional<Reply> Server::State::on_connect(const Request& request, Allocation& allocation) {
  // An allocation of UDP has no connections to make.
  if (!allocation.is_tcp()) return Reply::error(ErrorCode::forbidden);
  const auto value = request.message.value(AttributeType::xor_peer_address);
  const auto peer = value ? stun::decode_xor_address(*value, request.context.transaction)
                          : std::optional<TransportAddress>{};
  if (!peer || peer->port == 0) return Reply::error(ErrorCode::bad_request);
  const TransportAddress destination = addresses.reachable(*peer);
  if (connections.has(allocation, destination)) {
    return Reply::error(ErrorCode::connection_already_exists);
  }
  if (const auto code = refuses_peer(allocation, peer->ip, request.now)) {
    return Reply::error(*code);
  }
  if (!may_reach(*peer, destination)) return Reply::error(ErrorCode::forbidden);
  const Relay* const relay = allocation.relay(destination.ip.family(), request.now);
  if (relay == nullptr) return Reply::error(ErrorCode::peer_address_family_mismatch);
  if (!connections.has_room(allocation, config.max_connections)) {
    return Reply::error(ErrorCode::insufficient_capacity);
  }
  const ConnectionId id = connections.add({.allocation = &allocation,
                                           .peer = destination,
                                           .deadline = request.now + config.peer_connect_time,
                                           .requested = request.context});
  effects.push(ConnectPeer{id, relay->id, destination});
  return std::nullopt;
}

void Server::handle_peer_connected(ConnectionId id, bool connected, Time now) {
  Connection* const connection = state_->connections.find(id);
  if (connection == nullptr || connection->state != Connection::State::connecting) return;
  if (!connected || now >= connection->deadline) {
    if (connected) state_->effects.push(CloseConnection{id});
    return state_->refuse_connection(id, state_->response, now);
  }
  const RequestContext requested = *std::exchange(connection->requested, std::nullopt);
  state_->connections.move_on(id, Connection::State::unbound, now + state_->config.bind_time);
  state_->report(Event::Kind::peer_connected, *connection->allocation, {.peer = connection->peer});
  Reply reply = Reply::success();
  reply.connection = id;
  state_->send(requested, reply, now);
}

/// The attempt has failed, or took too long.
void Server::State::refuse_connection(ConnectionId id, std::span<std::byte> buffer, Time now) {
  const Connection& connection = *connections.find(id);
  report(Event::Kind::peer_unreachable, *connection.allocation, {.peer = connection.peer});
  const RequestContext requested = *connection.requested;
  connections.erase(id);
  send(requested, Reply::error(ErrorCode::connection_timeout_or_failure), buffer, now);
}

std::optional<ConnectionId> Server::handle_peer_accepted(RelayId relay,
                                                         const TransportAddress& source, Time now) {
  State& state = *state_;
  Allocation* const allocation = find(relay, now);
  if (allocation == nullptr || !allocation->is_tcp()) return std::nullopt;
  // A connection ends with the relay of its family, so it belongs to that one.
  const Relay* const own = allocation->relay(source.ip.family(), now);
  if (own == nullptr || own->id != relay) return std::nullopt;
  // "If no permission for this peer has been installed for this allocation, the server MUST close
  // the connection with the peer immediately after it has been accepted."
  const State::Origin origin = state.origin_of(*allocation, source, now);
  if (!origin.permitted && !state.config.server_relay) {
    ++state.counters.no_permission;
    return std::nullopt;
  }
  // The permission may be older than what the policy says of this host's own addresses now.
  if (state.policy.check(source.ip) != Denial::none || state.connections.has(*allocation, source) ||
      !state.connections.has_room(*allocation, state.config.max_connections)) {
    return std::nullopt;
  }
  const ConnectionId id = state.connections.add({.allocation = allocation,
                                                 .peer = source,
                                                 .state = Connection::State::unbound,
                                                 .deadline = now + state.config.bind_time});
  state.report(Event::Kind::peer_connected, *allocation, {.peer = origin.peer});
  state.announce_attempt(*allocation, id, origin.peer);
  return id;
}

/// The ConnectionAttempt indication, on the control connection.
void Server::State::announce_attempt(const Allocation& allocation, ConnectionId id,
                                     const TransportAddress& peer) {
  stun::TransactionId transaction;
  random.fill(transaction);
  stun::MessageBuilder message(
      response, {stun::Method::connection_attempt, stun::Class::indication}, transaction);
  message.add_u32(AttributeType::connection_id, static_cast<std::uint32_t>(id));
  message.add_xor_address(AttributeType::xor_peer_address, peer);
  if (config.always_fingerprint) message.add_fingerprint();
  if (const auto bytes = message.finish()) effects.push(Send{allocation.client, *bytes});
}

}  // namespace turn
