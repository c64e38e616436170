// What the owner of the sockets is told of the peers that a relay's client may hear (ExpectPeer),
// and what it may ask: for sockets that several relays share.
#include "tests/support/turn_bench.h"

#include <catch2/catch.hpp>

namespace support {
namespace {

using namespace std::chrono_literals;

const auto peer = "203.0.113.1:5000"_peer;

turn::Config announcing() {
  turn::Config config = TurnBench::dual_stack();
  config.announce_peers = true;
  return config;
}

/// Every address and port that was announced, in order.
std::vector<TransportAddress> announced(TurnBench& bench) {
  std::vector<TransportAddress> peers;
  for (const turn::Effect& effect : bench.take_routes()) {
    if (const auto* expected = std::get_if<turn::ExpectPeer>(&effect)) {
      CHECK(bench.server.find(expected->relay, bench.now) != nullptr);
      peers.push_back(expected->peer);
    }
  }
  return peers;
}

TEST_CASE("a permission announces an address, a channel a peer, each time anew", "[turn]") {
  TurnBench bench(announcing());
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate(3600s) == success);
  const TransportAddress address{peer.ip, 0};
  REQUIRE(alice.permit(peer) == success);
  CHECK(announced(bench) == std::vector{address});
  REQUIRE(alice.permit(peer) == success);
  CHECK(announced(bench) == std::vector{address});
  REQUIRE(alice.bind(0x4000, peer) == success);
  CHECK(announced(bench) == std::vector{address, peer});
}

TEST_CASE("a peer behind our own external address is announced by both of its names",
          "[turn][external-ip]") {
  turn::Config config;
  config.relay_addresses = {{"10.0.0.5"_ip, "198.51.100.100"_ip}};
  config.announce_peers = true;
  TurnBench bench(config);
  BenchClient alice = bench.client("203.0.113.7:40000");
  REQUIRE(alice.allocate(3600s) == success);
  REQUIRE(alice.permit("198.51.100.100:5000"_peer) == success);
  CHECK(announced(bench) == std::vector{"198.51.100.100:0"_peer, "10.0.0.5:0"_peer});
}

TEST_CASE("nothing is announced unless asked for", "[turn]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate(3600s) == success);
  REQUIRE(alice.permit(peer) == success);
  CHECK(announced(bench).empty());
}

TEST_CASE("a relay permits a peer exactly as long as its datagrams would pass", "[turn]") {
  TurnBench bench(announcing());
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate(3600s) == success);
  REQUIRE(alice.permit(peer) == success);
  const auto expected = std::get<turn::ExpectPeer>(bench.take_routes().at(0));
  const auto permits = [&](const TransportAddress& who) {
    return bench.server.permits(expected.relay, who, bench.now);
  };
  CHECK(permits(peer));
  CHECK(permits({peer.ip, 9}));
  CHECK_FALSE(permits("203.0.113.2:5000"_peer));
  bench.advance(300s);
  CHECK_FALSE(permits(peer));
  REQUIRE(alice.permit(peer) == success);
  CHECK(permits(peer));
  REQUIRE(alice.refresh(0s) == success);
  CHECK_FALSE(permits(peer));
}

}  // namespace
}  // namespace support
