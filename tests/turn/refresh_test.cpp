// Receiving a Refresh Request (RFC 8656 8.2).
#include "tests/support/turn_bench.h"

#include <catch2/catch.hpp>

namespace support {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a refresh starts the lifetime anew", "[turn][rfc8656-8.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  bench.advance(599s);
  CHECK(alice.refresh().lifetime() == 600s);
  bench.advance(599s);
  CHECK(alice.refresh(1800s).lifetime() == 1800s);
  CHECK(alice.refresh(9999s).lifetime() == 3600s);
  CHECK(alice.refresh(1s).lifetime() == 600s);
  bench.sleep(600s);
  CHECK(alice.refresh() == error(437));
  CHECK(bench.server.allocation_count() == 0);
  CHECK(bench.taken_ports() == 0);
}

TEST_CASE("an allocation goes on when its user's name has run out", "[turn][rfc8656-8.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  bench.authenticator.expired.insert("alice");
  const auto peer = "203.0.113.1:5000"_peer;
  CHECK(alice.refresh() == success);
  CHECK(alice.permit(peer) == success);
  CHECK(alice.bind(0x4000, peer) == success);
  CHECK(alice.as("bob").refresh() == error(441));
  CHECK(bench.client("198.51.100.7:40001").allocate() == error(401));
  REQUIRE(alice.refresh(0s) == success);
  CHECK(alice.allocate() == error(401));
}

TEST_CASE("a refresh to zero ends the allocation at once", "[turn][rfc8656-8.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  CHECK(alice.refresh(0s).lifetime() == 0s);
  CHECK(bench.server.allocation_count() == 0);
  CHECK(bench.taken_ports() == 0);
  CHECK(bench.quota.held() == 0);
  CHECK_FALSE(bench.server.next_deadline());
  CHECK(alice.retransmit() == error(437));
  CHECK(alice.allocate() == success);
}

TEST_CASE("no allocation, no refresh; another's allocation, no refresh", "[turn][rfc8656-5]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const auto peer = "203.0.113.1:5000"_peer;
  CHECK(alice.refresh() == error(437));
  CHECK(alice.permit(peer) == error(437));
  CHECK(alice.bind(0x4000, peer) == error(437));
  REQUIRE(alice.allocate() == success);
  BenchClient mallory = alice.as("bob");
  CHECK(mallory.refresh(0s) == error(441));
  CHECK(mallory.permit(peer) == error(441));
  CHECK(mallory.bind(0x4000, peer) == error(441));
  CHECK(bench.server.allocation_count() == 1);
}

TEST_CASE("a refresh names a family that the allocation has, or none", "[turn][rfc8656-8.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  CHECK(alice.refresh(700s, ipv4).lifetime() == 700s);
  CHECK(alice.refresh(700s, ipv6) == error(443));
  CHECK(alice.refresh(0s, ipv6) == error(443));
  CHECK(alice.refresh(700s, std::uint8_t{0x03}) == error(443));
  CHECK(alice.refresh(0s, ipv4) == success);
  CHECK(bench.server.allocation_count() == 0);
}

TEST_CASE("malformed attributes of a refresh are a bad request", "[turn][rfc8656-8.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  const auto type =
      GENERATE(stun::AttributeType::lifetime, stun::AttributeType::requested_address_family);
  CHECK(alice.request(stun::Method::refresh, [&](stun::MessageBuilder& message) {
    message.add(type, std::array<std::byte, 5>{});
  }) == error(400));
}

TEST_CASE("an allocation ends exactly when its lifetime does", "[turn][rfc8656-3.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const auto peer = "203.0.113.1:5000"_peer;
  REQUIRE(alice.allocate() == success);
  bench.advance(400s);
  REQUIRE(alice.bind(0x4000, peer) == success);
  bench.sleep(200s - 1ns);
  CHECK(alice.hears(peer, "hi") == channel_data(0x4000, "hi"));
  CHECK(alice.sends(0x4000, "hi") == to_peer(peer, "hi"));
  bench.sleep(1ns);
  CHECK(alice.hears(peer, "hi") == nothing);
  CHECK(alice.sends(0x4000, "hi") == nothing);
  CHECK(alice.sends(peer, "hi") == nothing);
  CHECK(alice.permit(peer) == error(437));
}

TEST_CASE("the deadline comes within a second of the expiry, and is not asked for before",
          "[turn][rfc8656-3.2]") {
  TurnBench bench;
  CHECK_FALSE(bench.server.next_deadline());
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  // A deadline may come early once, when the server has slept long; not for ever.
  bench.server.handle_time(bench.now);
  const turn::Time expiry = bench.now + 600s;
  REQUIRE(bench.server.next_deadline());
  CHECK(*bench.server.next_deadline() >= expiry);
  CHECK(*bench.server.next_deadline() < expiry + 1s);
  bench.server.handle_time(expiry - 1ns);
  CHECK(bench.server.allocation_count() == 1);
  bench.server.handle_time(*bench.server.next_deadline());
  CHECK(bench.server.allocation_count() == 0);
}

TEST_CASE("a late timer ends everything that is overdue", "[turn][rfc8656-3.2]") {
  TurnBench bench;
  for (int i = 0; i < 20; ++i) {
    BenchClient client = bench.client("198.51.100.7:" + std::to_string(1000 + i));
    REQUIRE(client.allocate(Seconds(600 + 100 * i)) == success);
    bench.advance(333ms);
  }
  REQUIRE(bench.server.allocation_count() == 20);
  bench.sleep(48h);
  bench.advance(0s);
  CHECK(bench.server.allocation_count() == 0);
  CHECK(bench.taken_ports() == 0);
  CHECK(bench.quota.held() == 0);
}

TEST_CASE("a stream that ends takes its allocation along", "[turn][rfc8656-3.1]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000", turn::Transport::tcp);
  BenchClient bob = bench.client("198.51.100.8:40000", turn::Transport::tcp, "bob");
  REQUIRE(alice.allocate() == success);
  REQUIRE(bob.allocate({.additional_family = ipv6}) == success);
  bob.disconnect();
  CHECK(bench.server.allocation_count() == 1);
  CHECK(bench.taken_ports() == 1);
  bob.disconnect();
  CHECK(bench.server.allocation_count() == 1);
  alice.disconnect();
  CHECK(bench.taken_ports() == 0);
  CHECK(bench.quota.held() == 0);
  CHECK_FALSE(bench.server.next_deadline());
}

}  // namespace
}  // namespace support
