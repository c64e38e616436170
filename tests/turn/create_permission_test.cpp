// Permissions (RFC 8656 9) and Receiving a CreatePermission Request (10.2).
#include "tests/support/turn_bench.h"
#include "turn/limits.h"

#include <catch2/catch.hpp>

namespace support {
namespace {

using namespace std::chrono_literals;
using stun::AttributeType;

/// The `n`-th of many peers that nobody forbids.
TransportAddress nth_peer(std::size_t n) {
  return {turn::IpAddress::v4(
              {203, 1, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n & 0xff)}),
          5000};
}

Answer permit_range(BenchClient& client, std::size_t first, std::size_t count) {
  return client.request(stun::Method::create_permission, [&](stun::MessageBuilder& message) {
    for (std::size_t n = first; n < first + count; ++n) {
      message.add_xor_address(AttributeType::xor_peer_address, nth_peer(n));
    }
  });
}

void fill_permissions(BenchClient& client) {
  for (std::size_t n = 0; n < turn::max_permissions; n += turn::max_peers_per_request) {
    REQUIRE(permit_range(client, n, turn::max_peers_per_request) == success);
  }
}

TEST_CASE("a permission is for an IP address, whatever the port", "[turn][rfc8656-9]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  const auto peer = "203.0.113.1:5000"_peer, neighbour = "203.0.113.2:5000"_peer;
  CHECK(alice.sends(peer, "hi") == nothing);
  CHECK(alice.hears(peer, "hi") == nothing);
  REQUIRE(alice.permit("203.0.113.1:0"_peer) == success);
  CHECK(alice.sends(peer, "hi") == to_peer(peer, "hi"));
  CHECK(alice.sends("203.0.113.1:6000"_peer, "hi") == to_peer("203.0.113.1:6000"_peer, "hi"));
  CHECK(alice.hears("203.0.113.1:6000"_peer, "hi") ==
        data_indication("203.0.113.1:6000"_peer, "hi"));
  CHECK(alice.sends(neighbour, "hi") == nothing);
  CHECK(alice.hears(neighbour, "hi") == nothing);
  CHECK(bench.server.counters().no_permission == 4);
}

TEST_CASE("a permission lasts 300 s; only a request refreshes it", "[turn][rfc8656-9]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate(3600s) == success);
  const auto peer = "203.0.113.1:5000"_peer;
  REQUIRE(alice.permit(peer) == success);
  bench.advance(300s - 1ns);
  CHECK(alice.sends(peer, "hi") == to_peer(peer, "hi"));
  CHECK(alice.hears(peer, "hi") == data_indication(peer, "hi"));
  SECTION("data does not refresh it") {
    bench.advance(1ns);
    CHECK(alice.sends(peer, "hi") == nothing);
    CHECK(alice.hears(peer, "hi") == nothing);
  }
  SECTION("CreatePermission does") {
    REQUIRE(alice.permit(peer) == success);
    bench.advance(299s);
    CHECK(alice.sends(peer, "hi") == to_peer(peer, "hi"));
  }
  SECTION("ChannelBind does") {
    REQUIRE(alice.bind(0x4000, "203.0.113.1:7000"_peer) == success);
    bench.advance(299s);
    CHECK(alice.sends(peer, "hi") == to_peer(peer, "hi"));
  }
}

TEST_CASE("the operator's permission lifetime counts", "[turn][rfc8656-9]") {
  turn::Config config = TurnBench::dual_stack();
  config.permission_lifetime = 60s;
  TurnBench bench(config);
  BenchClient alice = bench.client("198.51.100.7:40000");
  const auto peer = "203.0.113.1:5000"_peer;
  REQUIRE(alice.allocate() == success);
  REQUIRE(alice.permit(peer) == success);
  bench.advance(60s);
  CHECK(alice.sends(peer, "hi") == nothing);
}

TEST_CASE("one request permits several peers, or none of them", "[turn][rfc8656-10.2]") {
  turn::PeerRules rules;
  rules.denied = {turn::AddressRange::parse("203.0.113.66").value()};
  TurnBench bench(TurnBench::dual_stack(), rules);
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  const auto one = "203.0.113.1:5000"_peer, two = "203.0.113.2:5000"_peer;
  SECTION("all") {
    REQUIRE(alice.permit({one, two}) == success);
    CHECK(alice.sends(one, "hi") == to_peer(one, "hi"));
    CHECK(alice.sends(two, "hi") == to_peer(two, "hi"));
  }
  SECTION("a forbidden one") {
    CHECK(alice.permit({one, "203.0.113.66:1"_peer, two}) == error(403));
    CHECK(alice.sends(one, "hi") == nothing);
  }
  SECTION("one of another family") {
    CHECK(alice.permit({one, two, "[2001:db8:1::1]:1"_peer}) == error(443));
    CHECK(alice.sends(one, "hi") == nothing);
  }
  SECTION("a malformed one") {
    CHECK(alice.request(stun::Method::create_permission, [&](stun::MessageBuilder& message) {
      message.add_xor_address(AttributeType::xor_peer_address, one);
      message.add(AttributeType::xor_peer_address, std::array<std::byte, 8>{});
    }) == error(400));
    CHECK(alice.sends(one, "hi") == nothing);
  }
  SECTION("none at all") { CHECK(alice.permit({}) == error(400)); }
}

TEST_CASE("a request names at most 64 different peers", "[turn][rfc8656-10.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  CHECK(permit_range(alice, 0, 64) == success);
  CHECK(permit_range(alice, 100, 65) == error(508));
  CHECK(alice.sends(nth_peer(100), "hi") == nothing);
  CHECK(alice.request(stun::Method::create_permission, [&](stun::MessageBuilder& message) {
    for (std::uint16_t port = 0; port < 100; ++port) {
      message.add_xor_address(AttributeType::xor_peer_address, {nth_peer(7).ip, port});
    }
  }) == success);
}

TEST_CASE("an allocation has at most 1024 permissions; dead ones make room",
          "[turn][rfc8656-10.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate(3600s) == success);
  fill_permissions(alice);
  const auto peer = nth_peer(5000);
  CHECK(alice.permit(peer) == error(508));
  CHECK(alice.bind(0x4000, peer) == error(508));
  CHECK(alice.hears(peer, "hi") == nothing);

  SECTION("what is there is refreshed all the same") {
    bench.advance(200s);
    CHECK(permit_range(alice, 0, 64) == success);
    CHECK(alice.bind(0x4000, nth_peer(1)) == success);
    CHECK(alice.permit({nth_peer(2), peer}) == error(508));
    bench.advance(200s);
    CHECK(alice.sends(nth_peer(63), "hi") == to_peer(nth_peer(63), "hi"));
    CHECK(alice.sends(nth_peer(64), "hi") == nothing);
    CHECK(alice.permit(peer) == success);
  }
  SECTION("an expired table is an empty one") {
    bench.advance(300s);
    CHECK(permit_range(alice, 5000, 64) == success);
    CHECK(permit_range(alice, 0, 64) == success);
  }
}

TEST_CASE("permissions of a half that ended make room", "[turn][rfc8656-8.1]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate({.additional_family = ipv6}) == success);
  fill_permissions(alice);
  const auto v6_peer = "[2001:db8:1::1]:5000"_peer;
  CHECK(alice.permit(v6_peer) == error(508));
  REQUIRE(alice.refresh(Seconds(0), ipv4) == success);
  CHECK(alice.permit(v6_peer) == success);
}

TEST_CASE("every permission of a full table is found", "[turn][rfc8656-9]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  fill_permissions(alice);
  for (std::size_t n = 0; n < turn::max_permissions; ++n) {
    REQUIRE(alice.sends(nth_peer(n), "x") == to_peer(nth_peer(n), "x"));
  }
}

TEST_CASE("--server-relay lets peers in, not data out", "[turn][server-relay]") {
  turn::Config config = TurnBench::dual_stack();
  config.server_relay = true;
  TurnBench bench(config);
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate(3600s) == success);
  const auto peer = "203.0.113.1:5000"_peer;
  CHECK(alice.hears(peer, "hi") == data_indication(peer, "hi"));
  CHECK(alice.sends(peer, "hi") == nothing);
  REQUIRE(alice.bind(0x4000, peer) == success);
  bench.advance(301s);
  CHECK(alice.hears(peer, "hi") == channel_data(0x4000, "hi"));
}

}  // namespace
}  // namespace support
