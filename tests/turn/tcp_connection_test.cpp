// Connections between a TCP allocation and its peers (RFC 6062 5.2 to 5.5).
#include <catch2/catch.hpp>

#include "tests/support/turn_bench.h"
#include "turn/allocation.h"
#include "turn/connection_table.h"
#include "turn/limits.h"

namespace support {
namespace {

using namespace std::chrono_literals;
using turn::ConnectionId;
using turn::Transport;

const auto peer = "203.0.113.1:5000"_peer, other = "203.0.113.1:5001"_peer;

/// Alice has a TCP allocation, and comes back for data connections.
struct TcpBench {
  explicit TcpBench(turn::Config config = TurnBench::dual_stack(), turn::PeerRules rules = {})
      : bench(std::move(config), std::move(rules)) {
    REQUIRE(alice.allocate_tcp() == success);
  }
  BenchClient data(std::string user = "alice") {
    return bench.client("198.51.100.7:" + std::to_string(next_port++), Transport::tcp, user);
  }
  std::size_t open() const { return bench.connections().size(); }

  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000", Transport::tcp);
  int next_port = 40001;
};

TEST_CASE("Connect is answered when the peer has been reached", "[turn][rfc6062-5.2]") {
  TcpBench tcp;
  CHECK(tcp.alice.connect(peer) == nothing);
  REQUIRE(tcp.open() == 1);
  const auto [id, attempt] = *tcp.bench.connections().begin();
  CHECK(attempt.peer == peer);
  CHECK(tcp.bench.relay_at(tcp.alice.relayed()) == attempt.relay);

  SECTION("with a CONNECTION-ID") {
    tcp.bench.connected(id);
    const auto answers = tcp.alice.take_unasked();
    REQUIRE(answers.size() == 1);
    CHECK(answers[0] == success);
    CHECK(answers[0].connection() == id);
    CHECK(answers[0].message().method() == stun::Method::connect);
  }
  SECTION("or with 447 when it has not") {
    tcp.bench.connected(id, false);
    const auto answers = tcp.alice.take_unasked();
    REQUIRE(answers.size() == 1);
    CHECK(answers[0] == error(447));
    CHECK(tcp.alice.connect(peer) == nothing);  // Another try is welcome.
    CHECK(tcp.open() == 1);
  }
  SECTION("or with 447 after 30 seconds") {
    tcp.bench.advance(29s);
    CHECK(tcp.alice.take_unasked().empty());
    tcp.bench.advance(1s);
    const auto answers = tcp.alice.take_unasked();
    REQUIRE(answers.size() == 1);
    CHECK(answers[0] == error(447));
    CHECK(tcp.open() == 0);
  }
  SECTION("or not at all when the client has gone") {
    tcp.alice.disconnect();
    CHECK(tcp.open() == 0);
    tcp.bench.server.handle_peer_connected(id, true, tcp.bench.now);
    CHECK(!tcp.bench.server.poll_effect());
  }
}

TEST_CASE("attempts that time out together are answered each", "[turn][rfc6062-5.2]") {
  TcpBench tcp;
  BenchClient bob = tcp.bench.client("198.51.100.8:40000", Transport::tcp, "bob");
  REQUIRE(bob.allocate_tcp() == success);
  REQUIRE(tcp.alice.connect(peer) == nothing);
  REQUIRE(tcp.alice.connect(other) == nothing);
  REQUIRE(bob.connect(peer) == nothing);
  tcp.bench.advance(30s);
  const auto to_alice = tcp.alice.take_unasked(), to_bob = bob.take_unasked();
  REQUIRE(to_alice.size() == 2);
  CHECK(to_alice[0] == error(447));
  CHECK(to_alice[1] == error(447));
  CHECK(to_alice[0].bytes() != to_alice[1].bytes());
  REQUIRE(to_bob.size() == 1);
  CHECK(to_bob[0] == error(447));
}

TEST_CASE("there is one connection of an allocation to a peer", "[turn][rfc6062-5.2]") {
  TcpBench tcp;
  REQUIRE(tcp.alice.connect(peer) == nothing);
  const ConnectionId id = tcp.bench.connections().begin()->first;
  CHECK(tcp.alice.connect(peer) == error(446));  // while it is being made
  CHECK(tcp.alice.connect(other) == nothing);    // Another port is another peer.
  tcp.bench.connected(id);
  CHECK(tcp.alice.connect(peer) == error(446));  // while it waits
  REQUIRE(tcp.data().bind(id) == success);
  CHECK(tcp.alice.connect(peer) == error(446));  // while it is in use
  tcp.bench.ended(id);
  CHECK(tcp.alice.connect(peer) == nothing);
}

TEST_CASE("Connect wants a peer that the allocation may talk to", "[turn][rfc6062-5.2]") {
  TcpBench tcp(TurnBench::dual_stack(), {.own_listeners = {"192.0.2.1:3478"_peer}});
  const auto connect = [&](std::string_view text) {
    return tcp.alice.connect(TransportAddress::parse(text).value());
  };
  CHECK(tcp.alice.request(stun::Method::connect) == error(400));
  CHECK(connect("203.0.113.1:0") == error(400));
  CHECK(connect("127.0.0.1:80") == error(403));
  CHECK(connect("10.0.0.5:80") == error(403));
  CHECK(connect("192.0.2.1:3478") == error(403));  // Ourselves.
  CHECK(connect("[2001:db8:1::1]:80") == error(443));
  CHECK(tcp.open() == 0);

  BenchClient both = tcp.bench.client("198.51.100.9:40000", Transport::tcp);
  REQUIRE(both.allocate({.transport = 6, .additional_family = ipv6}) == success);
  CHECK(both.connect("[::ffff:127.0.0.1]:80"_peer) == error(403));
  CHECK(both.connect("[64:ff9b::7f00:1]:80"_peer) == error(403));
  CHECK(both.connect("[2002:7f00:1::]:80"_peer) == error(403));
  CHECK(tcp.open() == 0);
}

TEST_CASE("Connect is for TCP allocations", "[turn][rfc6062-5.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000", Transport::tcp);
  CHECK(alice.connect(peer) == error(437));
  REQUIRE(alice.allocate() == success);
  CHECK(alice.connect(peer) == error(403));
  CHECK(alice.as("mallory").connect(peer) == error(441));
}

TEST_CASE("two clients of this server meet by their relays", "[turn][rfc6062-5.2]") {
  turn::Config config;
  config.relay_addresses = {{"192.0.2.1"_ip, "203.0.113.200"_ip}};
  TcpBench tcp(config);
  BenchClient bob = tcp.bench.client("198.51.100.8:40000", Transport::tcp, "bob");
  REQUIRE(bob.allocate_tcp() == success);
  REQUIRE(tcp.alice.connect(bob.relayed()) == nothing);
  // The NAT in front of us need not be able to turn it around.
  const TransportAddress bound{"192.0.2.1"_ip, bob.relayed().port};
  CHECK(tcp.bench.connections().begin()->second.peer == bound);
  CHECK(tcp.alice.connect(bound) == error(446));

  REQUIRE(bob.permit(tcp.alice.relayed()) == success);
  REQUIRE(tcp.bench.accepted(bound, {"192.0.2.1"_ip, tcp.alice.relayed().port}));
  CHECK(bob.take_unasked().at(0).peer() == tcp.alice.relayed());
}

TEST_CASE("a peer with a permission may connect, and its client is told", "[turn][rfc6062-5.3]") {
  TcpBench tcp;
  const TransportAddress relay = tcp.alice.relayed();
  CHECK(!tcp.bench.accepted(relay, peer));
  CHECK(tcp.alice.take_unasked().empty());
  REQUIRE(tcp.alice.permit(peer) == success);
  const auto id = tcp.bench.accepted(relay, peer);
  REQUIRE(id);
  const auto told = tcp.alice.take_unasked();
  REQUIRE(told.size() == 1);
  CHECK(told[0].message().type() ==
        stun::MessageType{stun::Method::connection_attempt, stun::Class::indication});
  CHECK(told[0].connection() == id);
  CHECK(told[0].peer() == peer);

  SECTION("the permission is for the address, not the port") {
    CHECK(tcp.bench.accepted(relay, other));
    CHECK(!tcp.bench.accepted(relay, "203.0.113.2:5000"_peer));
  }
  SECTION("a Connect to the same peer is too much") {
    CHECK(tcp.alice.connect(peer) == error(446));
  }
  SECTION("the permission ends, the connection does not") {
    REQUIRE(tcp.data().bind(*id) == success);
    tcp.bench.advance(300s);
    CHECK(tcp.open() == 1);
    CHECK(!tcp.bench.accepted(relay, other));
  }
}

TEST_CASE("a peer of another family than the relay is turned away", "[turn][rfc6062-5.3]") {
  TcpBench tcp;
  BenchClient both = tcp.bench.client("198.51.100.9:40000", Transport::tcp);
  REQUIRE(both.allocate({.transport = 6, .additional_family = ipv6}) == success);
  const auto far = "[2001:db8:1::1]:1"_peer;
  REQUIRE(both.permit(far) == success);
  CHECK(!tcp.bench.accepted(both.relayed(), far));
  CHECK(tcp.bench.accepted(both.relayed(Family::ipv6), far));
}

TEST_CASE("a client binds a stream of its own to a connection", "[turn][rfc6062-5.4]") {
  TcpBench tcp;
  const ConnectionId id = tcp.alice.connected(peer);
  BenchClient data = tcp.data();
  CHECK(data.bind(id) == success);
  CHECK(tcp.bench.connections().at(id).bound == data.tuple());

  SECTION("once") { CHECK(tcp.data().bind(id) == error(400)); }
  SECTION("and it lasts as long as both ends and the allocation do") {
    tcp.bench.advance(599s);
    CHECK(tcp.open() == 1);
    tcp.bench.advance(2s);  // The timer follows within a second.
    CHECK(tcp.open() == 0);
    CHECK(tcp.bench.server.allocation_count() == 0);
  }
  SECTION("it ends when the client gives up its allocation") {
    REQUIRE(tcp.alice.refresh(0s) == success);
    CHECK(tcp.open() == 0);
  }
  SECTION("it ends with the control connection") {
    tcp.alice.disconnect();
    CHECK(tcp.open() == 0);
  }
}

TEST_CASE("ConnectionBind is refused", "[turn][rfc6062-5.4]") {
  TcpBench tcp;
  const ConnectionId id = tcp.alice.connected(peer);
  SECTION("to whoever is not the allocation's user") {
    CHECK(tcp.data("mallory").bind(id) == error(441));
    CHECK(tcp.data("").bind(id) == error(401));
    CHECK(tcp.data().bind(id) == success);  // No harm was done.
  }
  SECTION("without a CONNECTION-ID of four bytes") {
    CHECK(tcp.data().request(stun::Method::connection_bind) == error(400));
    CHECK(tcp.data().request(stun::Method::connection_bind, [](stun::MessageBuilder& message) {
      message.add(stun::AttributeType::connection_id, std::array{std::byte{1}});
    }) == error(400));
  }
  SECTION("for a connection that nobody knows") {
    CHECK(tcp.data().bind(ConnectionId{static_cast<std::uint32_t>(id) ^ 1}) == error(400));
    CHECK(tcp.data().bind(ConnectionId{0}) == error(400));
  }
  SECTION("for one that is still being made") {
    REQUIRE(tcp.alice.connect(other) == nothing);
    for (const auto& [each, open] : tcp.bench.connections()) {
      if (open.attempt) CHECK(tcp.data().bind(each) == error(400));
    }
  }
  SECTION("on a control connection") { CHECK(tcp.alice.bind(id) == error(400)); }
  SECTION("over UDP") { CHECK(tcp.bench.client("198.51.100.7:40000").bind(id) == error(400)); }
  SECTION("after 30 seconds, to the moment") {
    tcp.bench.sleep(30s);  // The timer is late.
    CHECK(tcp.data().bind(id) == error(400));
    tcp.bench.advance(1s);
    CHECK(tcp.open() == 0);
    CHECK(tcp.alice.take_unasked().empty());
  }
  SECTION("after its peer has gone") {
    tcp.bench.ended(id);
    CHECK(tcp.data().bind(id) == error(400));
  }
}

TEST_CASE("an allocation has so many connections and no more", "[turn][rfc6062-5.2]") {
  TcpBench tcp;
  for (std::uint16_t port = 1; port <= turn::max_connections; ++port) {
    REQUIRE(tcp.alice.connect({peer.ip, port}) == nothing);
  }
  CHECK(tcp.alice.connect(peer) == error(508));
  REQUIRE(tcp.alice.permit(peer) == success);
  CHECK(!tcp.bench.accepted(tcp.alice.relayed(), peer));
  CHECK(tcp.open() == turn::max_connections);
}

TEST_CASE("a server has so many connections and no more", "[turn][rfc6062-5.2]") {
  turn::Config config = TurnBench::dual_stack();
  config.max_connections = 1;
  TcpBench tcp(config);
  const ConnectionId id = tcp.alice.connected(peer);
  CHECK(tcp.alice.connect(other) == error(508));
  tcp.bench.ended(id);
  CHECK(tcp.alice.connect(other) == nothing);
}

TEST_CASE("a connection's number tells which server it belongs to", "[turn][rfc6062-6.2.1]") {
  SeededRandom random{7};
  turn::ConnectionTable table(random, {.index = 2, .of = 5});
  turn::Allocation allocation({}, "alice");
  allocation.connections = std::make_unique<std::vector<ConnectionId>>();
  std::set<ConnectionId> seen;
  for (int i = 0; i < 100; ++i) {
    const ConnectionId id = table.add({.allocation = &allocation});
    CHECK(static_cast<std::uint32_t>(id) % 5 == 2);
    CHECK(seen.insert(id).second);
  }
}

TEST_CASE("what passes on a connection is counted, and told how fast it may",
          "[turn][rfc6062-4.5]") {
  turn::Config config = TurnBench::dual_stack();
  config.max_bps = 1000;
  TcpBench tcp(config);
  const ConnectionId id = tcp.alice.connected(peer);
  REQUIRE(tcp.data().bind(id) == success);
  turn::Server& server = tcp.bench.server;
  const auto from_client = turn::StreamDirection::from_client;
  CHECK(server.handle_stream_data(id, from_client, 1000, tcp.bench.now) == 0s);
  CHECK(server.handle_stream_data(id, from_client, 500, tcp.bench.now) == 500ms);
  CHECK(server.handle_stream_data(id, turn::StreamDirection::to_client, 7, tcp.bench.now) == 0s);
  tcp.bench.advance(500ms);
  CHECK(server.handle_stream_data(id, from_client, 1, tcp.bench.now) > 0s);
  REQUIRE(tcp.alice.refresh(0s) == success);
  for (const turn::Event& event : tcp.bench.take_events()) {
    if (event.kind != turn::Event::Kind::deallocated) continue;
    CHECK(event.totals.bytes_from_client == 1501);
    CHECK(event.totals.bytes_to_client == 7);
  }
}

TEST_CASE("connections are told of", "[turn][events]") {
  TcpBench tcp;
  tcp.bench.take_events();
  tcp.alice.connected(peer);
  const auto made = tcp.bench.take_events();
  REQUIRE(made.size() == 1);
  CHECK(made[0].kind == turn::Event::Kind::peer_connected);
  CHECK(made[0].peer == peer);
  REQUIRE(tcp.alice.connect(other) == nothing);
  tcp.bench.advance(30s);
  const auto failed = tcp.bench.take_events();
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].kind == turn::Event::Kind::peer_unreachable);
  CHECK(failed[0].peer == other);
}

}  // namespace
}  // namespace support
