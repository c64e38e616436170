// Connections of TCP allocations on the bench (RFC 6062).
#include <algorithm>

#include "tests/support/turn_bench.h"

namespace support {

using stun::AttributeType;
using stun::MessageBuilder;
using stun::Method;
using turn::ConnectionId;

void TurnBench::carry_out_connection(const turn::Effect& effect) {
  if (const auto* connect = std::get_if<turn::ConnectPeer>(&effect)) {
    require(relays_.contains({connect->relay.slot, connect->relay.generation}),
            "a connection from a relay that is not open");
    const Open open{.relay = connect->relay, .peer = connect->peer, .attempt = true};
    require(connections_.try_emplace(connect->connection, open).second,
            "a ConnectionId names two connections");
  } else if (const auto* bind = std::get_if<turn::BindConnection>(&effect)) {
    Open& open = connections_.at(bind->connection);
    require(!open.attempt && !open.bound, "bound what is not there, or twice");
    open.bound = bind->client;
  } else if (const auto* close = std::get_if<turn::CloseConnection>(&effect)) {
    require(connections_.erase(close->connection) == 1, "closed what is not there");
  }
}

void TurnBench::connected(ConnectionId connection, bool connected) {
  if (connected) {
    connections_.at(connection).attempt = false;
  } else {
    connections_.erase(connection);
  }
  server.handle_peer_connected(connection, connected, now);
  drain();
  set_aside();
}

std::optional<ConnectionId> TurnBench::accepted(const TransportAddress& relay,
                                                const TransportAddress& peer) {
  const auto id = relay_at(relay);
  require(id.has_value(), "nothing listens there");
  const auto connection = server.handle_peer_accepted(*id, peer, now);
  if (connection) {
    require(connections_.try_emplace(*connection, Open{.relay = *id, .peer = peer}).second,
            "a ConnectionId names two connections");
  }
  drain();
  set_aside();
  return connection;
}

void TurnBench::ended(ConnectionId connection) {
  connections_.erase(connection);
  server.handle_connection_end(connection);
  drain();
}

void TurnBench::set_aside() {
  for (auto& message : std::exchange(outbox_, {})) unasked_.push_back(std::move(message));
}

Answer BenchClient::connect(const TransportAddress& peer) {
  return request(Method::connect, [&](MessageBuilder& message) {
    message.add_xor_address(AttributeType::xor_peer_address, peer);
  });
}

ConnectionId BenchClient::connected(const TransportAddress& peer) {
  require(!connect(peer).came(), "Connect was answered at once");
  const auto& open = bench_->connections();
  const auto at = std::ranges::find_if(open, [](const auto& each) { return each.second.attempt; });
  require(at != open.end(), "no attempt was begun");
  const ConnectionId id = at->first;
  bench_->connected(id);
  const auto answers = take_unasked();
  require(answers.size() == 1 && answers[0].connection() == id, "the answer to Connect");
  return id;
}

Answer BenchClient::bind(ConnectionId connection) {
  return request(Method::connection_bind, [&](MessageBuilder& message) {
    message.add_u32(AttributeType::connection_id, static_cast<std::uint32_t>(connection));
  });
}

std::vector<Answer> BenchClient::take_unasked() {
  std::vector<Answer> mine;
  std::erase_if(bench_->unasked_, [&](auto& message) {
    if (message.first != tuple_) return false;
    mine.emplace_back(std::move(message.second));
    return true;
  });
  return mine;
}

}  // namespace support
