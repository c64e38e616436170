// TCP allocations (RFC 6062): their relays, their connections to peers, and the client's
// connections that are bound to them or belong on another worker.
#include <chrono>

#include "relay/exchange.h"
#include "stun/attributes.h"
#include "stun/message_view.h"

namespace relay {
namespace {

turn::Time now() { return std::chrono::steady_clock::now(); }

/// The connection that a ConnectionBind names.
std::optional<std::uint32_t> bind_target(stun::Bytes bytes) {
  static constexpr stun::MessageType bind{stun::Method::connection_bind, stun::Class::request};
  if (stun::MessageType::decode(stun::load_u16(bytes, 0)) != bind) return std::nullopt;
  const auto message = stun::MessageView::parse(bytes);
  const auto value = message ? message->value(stun::AttributeType::connection_id) : std::nullopt;
  return value ? stun::decode_u32(*value) : std::nullopt;
}

}  // namespace

std::optional<turn::TransportAddress> Exchange::open_tcp_relay(const turn::OpenRelay& request) {
  std::optional<net::BoundTcp> bound = relay_sockets_.open_tcp(request, random_);
  if (!bound) {
    warn_of_descriptors();
    return std::nullopt;
  }
  const turn::TransportAddress local = bound->local;
  const auto listening = peer_connections_.listen(request.relay, std::move(*bound));
  if (!listening) ports_.release(local);
  return listening;
}

void Exchange::perform(const turn::ConnectPeer& effect, Time) {
  if (!peer_connections_.connect(effect)) unreachable_.push_back(effect.connection);
}

void Exchange::perform(const turn::BindConnection& effect, Time) {
  if (!streams_.bind(effect.client, effect.connection)) abandon(effect.connection);
}

/// The client has gone before its connection was bound to the peer's.
void Exchange::abandon(turn::ConnectionId connection) {
  peer_connections_.close(connection);
  server_.handle_connection_end(connection);
}

void Exchange::perform(const turn::CloseConnection& effect, Time) {
  peer_connections_.close(effect.connection);
}

bool Exchange::belongs_elsewhere(const turn::FiveTuple& client, stun::Bytes message) {
  if (hand_over_.workers() < 2) return false;
  const std::optional<std::uint32_t> target = bind_target(message);
  if (!target || server_.find(client, now()) != nullptr) return false;
  const std::size_t worker = *target % hand_over_.workers();
  if (worker == worker_) return false;
  streams_.hand_over(client, worker, message);
  return true;
}

void Exchange::on_stream_departure(net::StreamRemains remains, const StreamDestination& destination,
                                   stun::Bytes unread) {
  if (const auto* const connection = std::get_if<turn::ConnectionId>(&destination)) {
    if (!remains.socket.is_open()) return abandon(*connection);
    return peer_connections_.bind(*connection, std::move(remains), unread);
  }
  if (!remains.socket.is_open()) return;
  MovingStream stream{.socket = std::move(remains.socket),
                      .client = remains.client,
                      .tls = remains.tls ? remains.tls->release() : nullptr,
                      .unsent = std::move(remains.unsent),
                      .unread = {unread.begin(), unread.end()}};
  hand_over_.send(std::get<OtherWorker>(destination).index, std::move(stream));
}

void Exchange::on_peer_connected(turn::ConnectionId connection, bool connected) {
  server_.handle_peer_connected(connection, connected, now());
  drain(now());
}

std::optional<turn::ConnectionId> Exchange::on_peer_accepted(turn::RelayId relay,
                                                             const turn::TransportAddress& peer) {
  const auto connection = server_.handle_peer_accepted(relay, peer, now());
  drain(now());
  return connection;
}

turn::Time::duration Exchange::on_connection_data(turn::ConnectionId connection,
                                                  turn::StreamDirection direction,
                                                  std::size_t bytes) {
  return server_.handle_stream_data(connection, direction, bytes, now());
}

}  // namespace relay
