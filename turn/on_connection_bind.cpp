// Receiving a ConnectionBind Request (RFC 6062 5.4), and how data connections end (5.5).
#include "stun/attributes.h"
#include "turn/server_state.h"

namespace turn {

using stun::ErrorCode;

Reply Server::State::on_connection_bind(const Request& request) {
  const FiveTuple& client = request.context.client;
  // A data connection is a stream, and not the control connection of an allocation.
  if (!is_stream(client.transport) || find(client, request.now) != nullptr) {
    return Reply::error(ErrorCode::bad_request);
  }
  const auto value = request.message.value(stun::AttributeType::connection_id);
  const auto number = value ? stun::decode_u32(*value) : std::optional<std::uint32_t>{};
  if (!number) return Reply::error(ErrorCode::bad_request);
  // "... or if this attribute does not refer to an existing pending connection": one that is still
  // being made has not been named to anybody.
  const ConnectionId id{*number};
  const Connection* const connection = connections.find(id);
  if (connection == nullptr || connection->state != Connection::State::unbound ||
      request.now >= connection->deadline || !connection->allocation->live(request.now)) {
    return Reply::error(ErrorCode::bad_request);
  }
  // 4.3: "Authentication of the client by the server MUST use the same method and credentials as
  // for the control connection."
  if (!is_owner(request, *connection->allocation)) {
    return Reply::error(ErrorCode::wrong_credentials);
  }
  connections.move_on(id, Connection::State::bound, Time::max());
  Reply reply = Reply::success();
  reply.bound = id;
  return reply;
}

void Server::handle_connection_end(ConnectionId id) {
  const Connection* const connection = state_->connections.find(id);
  // An attempt ends by handle_peer_connected() alone.
  if (connection == nullptr || connection->state == Connection::State::connecting) return;
  state_->connections.erase(id);
}

Time::duration Server::handle_stream_data(ConnectionId id, StreamDirection direction,
                                          std::size_t bytes, Time now) {
  const Connection* const connection = state_->connections.find(id);
  if (connection == nullptr) return {};
  Allocation& allocation = *connection->allocation;
  const bool from_client = direction == StreamDirection::from_client;
  ++(from_client ? allocation.totals.packets_from_client : allocation.totals.packets_to_client);
  (from_client ? allocation.totals.bytes_from_client : allocation.totals.bytes_to_client) += bytes;
  if (!allocation.buckets) return {};
  TokenBucket& bucket =
      from_client ? allocation.buckets->from_client : allocation.buckets->to_client;
  return bucket.charge(bytes, allocation.buckets->bytes_per_second, now);
}

/// Whatever is left to expire of connections that have not been bound.
void Server::State::expire_connections(Time now) {
  late_responses.clear();
  while (const std::optional<ConnectionId> id = connections.due(now)) {
    effects.push(CloseConnection{*id});
    if (connections.find(*id)->state == Connection::State::connecting) {
      refuse_connection(*id, late_responses.emplace_back(), now);
    } else {
      connections.erase(*id);
    }
  }
}

/// 5.5: "If the allocation associated with a data connection expires, the data connection MUST be
/// closed."
void Server::State::close_connections(Allocation& allocation, Family family) {
  if (!allocation.is_tcp()) return;
  for (const ConnectionId id : std::vector(*allocation.connections)) {
    if (connections.find(id)->peer.ip.family() != family) continue;
    effects.push(CloseConnection{id});
    connections.erase(id);
  }
}

}  // namespace turn
