// Peers that are this very host: relays of the same server reach each other, by the address that a
// 1:1 NAT in front of it shows too; its other ports are nobody's peers.
#include "tests/support/turn_bench.h"

#include <catch2/catch.hpp>

namespace support {
namespace {

using namespace std::chrono_literals;

turn::Config behind_nat() {
  turn::Config config;
  config.relay_addresses = {{"10.0.0.5"_ip, "198.51.100.100"_ip}};
  return config;
}

struct Pair {
  explicit Pair(const turn::Config& config, turn::PeerRules rules = {})
      : bench(config, std::move(rules)),
        alice(bench.client("203.0.113.7:40000")),
        bob(bench.client("203.0.113.8:40000", turn::Transport::tcp, "bob")) {
    REQUIRE(alice.allocate(3600s) == success);
    REQUIRE(bob.allocate(3600s) == success);
  }
  TurnBench bench;
  BenchClient alice, bob;
};

TEST_CASE("a client behind a 1:1 NAT's relay is told the external address", "[turn][external-ip]") {
  Pair pair(behind_nat());
  CHECK(pair.alice.relayed().ip == "198.51.100.100"_ip);
  CHECK(pair.bench.is_open({"10.0.0.5"_ip, pair.alice.relayed().port}));
}

TEST_CASE("two relays of one server meet by their external addresses", "[turn][external-ip]") {
  Pair pair(behind_nat());
  auto& [bench, alice, bob] = pair;
  const TransportAddress to_bob = bob.relayed(), to_alice = alice.relayed();
  REQUIRE(alice.permit(to_bob) == success);

  const auto sent = alice.sends(to_bob, "hi");
  REQUIRE(sent);
  CHECK(sent->to == TransportAddress{"10.0.0.5"_ip, to_bob.port});
  CHECK(sent->from == TransportAddress{"10.0.0.5"_ip, to_alice.port});
  CHECK(bench.deliver(*sent) == nothing);  // Bob has not permitted Alice.
  REQUIRE(bob.permit(to_alice) == success);
  CHECK(bench.deliver(*sent) == data_indication(to_alice, "hi"));

  REQUIRE(alice.bind(0x4000, to_bob) == success);
  REQUIRE(bob.bind(0x4001, to_alice) == success);
  const auto there = alice.sends(0x4000, "ping");
  REQUIRE(there);
  CHECK(bench.deliver(*there) == channel_data(0x4001, "ping"));
  const auto back = bob.sends(0x4001, "pong");
  REQUIRE(back);
  CHECK(bench.deliver(*back) == channel_data(0x4000, "pong"));
}

TEST_CASE("a channel to the external address carries data although the local one is permitted too",
          "[turn][external-ip]") {
  turn::PeerRules rules;
  rules.allow_private = true;
  Pair pair(behind_nat(), rules);
  auto& [bench, alice, bob] = pair;
  REQUIRE(alice.permit(bob.relayed()) == success);
  REQUIRE(bob.permit("10.0.0.5:1"_peer) == success);
  REQUIRE(bob.bind(0x4001, alice.relayed()) == success);
  const auto sent = alice.sends(bob.relayed(), "hi");
  REQUIRE(sent);
  CHECK(bench.deliver(*sent) == channel_data(0x4001, "hi"));
}

TEST_CASE("a client may name another client's relay by its local address", "[turn][external-ip]") {
  Pair pair(behind_nat());
  auto& [bench, alice, bob] = pair;
  const TransportAddress local{"10.0.0.5"_ip, bob.relayed().port};
  REQUIRE(alice.permit(local) == success);
  const auto sent = alice.sends(local, "hi");
  REQUIRE(sent);
  CHECK(sent->to == local);
}

TEST_CASE("two relays meet without a NAT, in either family", "[turn][own-relay]") {
  TurnBench bench;
  BenchClient alice = bench.client("203.0.113.7:40000");
  BenchClient bob = bench.client("203.0.113.8:40000", turn::Transport::tcp, "bob");
  REQUIRE(alice.allocate({.additional_family = ipv6}) == success);
  REQUIRE(bob.allocate({.additional_family = ipv6}) == success);
  const auto family = GENERATE(Family::ipv4, Family::ipv6);
  REQUIRE(alice.permit(bob.relayed(family)) == success);
  REQUIRE(bob.bind(0x4000, alice.relayed(family)) == success);
  const auto sent = alice.sends(bob.relayed(family), "hi");
  REQUIRE(sent);
  CHECK(bench.deliver(*sent) == channel_data(0x4000, "hi"));
}

TEST_CASE("a port of this host that is no relay hears nothing from clients", "[turn][own-host]") {
  turn::PeerRules rules;
  rules.own_listeners = {"198.51.100.100:50099"_peer, "10.0.0.5:3478"_peer};
  rules.own_addresses = {"10.0.0.5"_ip, "198.51.100.100"_ip};
  Pair pair(behind_nat(), rules);
  auto& [bench, alice, bob] = pair;
  for (const auto* text :
       {"10.0.0.5:22", "10.0.0.5:3478", "198.51.100.100:22", "198.51.100.100:50099"}) {
    const auto closed = TransportAddress::parse(text).value();
    CAPTURE(text);
    REQUIRE(alice.permit(closed) == success);  // A relay may be there one day.
    CHECK(alice.sends(closed, "hi") == nothing);
  }
  REQUIRE(alice.bind(0x4000, "10.0.0.5:3478"_peer) == success);
  CHECK(alice.sends(0x4000, "hi") == nothing);
}

TEST_CASE("a relay that ended is not reachable any more", "[turn][own-relay]") {
  Pair pair(behind_nat());
  auto& [bench, alice, bob] = pair;
  const TransportAddress to_bob = bob.relayed();
  REQUIRE(alice.bind(0x4000, to_bob) == success);
  REQUIRE(alice.sends(0x4000, "hi"));
  bob.disconnect();
  CHECK(alice.sends(0x4000, "hi") == nothing);
  CHECK(alice.sends(to_bob, "hi") == nothing);
}

TEST_CASE("the peer policy is asked when a permission is installed", "[turn][rfc8656-10.2]") {
  turn::PeerRules rules;
  rules.denied = {turn::AddressRange::parse("203.0.113.0/24").value()};
  rules.allowed = {turn::AddressRange::parse("203.0.113.9").value()};
  TurnBench bench(TurnBench::dual_stack(), rules);
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate({.additional_family = ipv6}) == success);
  for (const auto* text : {"203.0.113.1:1", "127.0.0.1:1", "0.0.0.0:1", "169.254.1.1:1",
                           "224.0.0.1:1", "255.255.255.255:1", "10.0.0.1:1", "[::1]:1",
                           "[::ffff:127.0.0.1]:1", "[64:ff9b::7f00:1]:1", "[2002:7f00:1::]:1"}) {
    CAPTURE(text);
    CHECK(alice.permit(TransportAddress::parse(text).value()) == error(403));
    CHECK(alice.bind(0x4000, TransportAddress::parse(text).value()) == error(403));
  }
  CHECK(alice.permit("203.0.113.9:1"_peer) == success);
  CHECK(alice.bind(0x4000, "203.0.113.9:1"_peer) == success);
}

}  // namespace
}  // namespace support
