// Receiving a ChannelBind Request (RFC 8656 12.2).
#include "tests/support/turn_bench.h"
#include "turn/limits.h"

#include <catch2/catch.hpp>

namespace support {
namespace {

using namespace std::chrono_literals;
using stun::AttributeType;

TEST_CASE("a channel and its peer belong to each other while bound", "[turn][rfc8656-12.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate(3600s) == success);
  const auto peer = "203.0.113.1:5000"_peer, other = "203.0.113.2:5000"_peer;
  REQUIRE(alice.bind(0x4000, peer) == success);

  SECTION("the number cannot name another peer") { CHECK(alice.bind(0x4000, other) == error(400)); }
  SECTION("the peer cannot take another number") { CHECK(alice.bind(0x4001, peer) == error(400)); }
  SECTION("two bound pairs cannot be crossed") {
    REQUIRE(alice.bind(0x4001, other) == success);
    CHECK(alice.bind(0x4001, peer) == error(400));
  }
  SECTION("the same pair again is a refresh") {
    bench.advance(9min);
    REQUIRE(alice.bind(0x4000, peer) == success);
    bench.advance(9min);
    CHECK(alice.bind(0x4000, other) == error(400));
  }
  SECTION("another port of the same peer is another transport address") {
    CHECK(alice.bind(0x4001, "203.0.113.1:5001"_peer) == success);
  }
  SECTION("after exactly ten minutes both names are free") {
    bench.advance(10min - 1ns);
    CHECK(alice.bind(0x4000, other) == error(400));
    bench.advance(1ns);
    CHECK(alice.sends(0x4000, "hi") == nothing);
    CHECK(alice.bind(0x4000, other) == success);
    CHECK(alice.bind(0x4001, peer) == success);
  }
  SECTION("the permission it installed dies first") {  // RFC 8656 9: 300 s; 12: 600 s.
    CHECK(alice.hears(peer, "hi") == channel_data(0x4000, "hi"));
    CHECK(alice.sends(0x4000, "hi") == to_peer(peer, "hi"));
    bench.advance(5min);
    CHECK(alice.hears(peer, "hi") == nothing);
    CHECK(alice.sends(0x4000, "hi") == nothing);
    REQUIRE(alice.permit(peer) == success);
    CHECK(alice.hears(peer, "hi") == channel_data(0x4000, "hi"));
    CHECK(alice.sends(0x4000, "hi") == to_peer(peer, "hi"));
  }
  SECTION("another five-tuple knows nothing of it") {
    BenchClient bob = bench.client("198.51.100.8:40000", turn::Transport::udp, "bob");
    REQUIRE(bob.allocate() == success);
    CHECK(bob.sends(0x4000, "hi") == nothing);
    CHECK(bob.bind(0x4000, other) == success);
  }
}

TEST_CASE("a permission that is older than its channel lives on beside it", "[turn][rfc8656-9]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate(3600s) == success);
  const auto peer = "203.0.113.1:5000"_peer;
  REQUIRE(alice.bind(0x4000, peer) == success);
  bench.advance(8min);
  REQUIRE(alice.permit(peer) == success);
  bench.advance(3min);
  CHECK(alice.hears(peer, "hi") == data_indication(peer, "hi"));
  CHECK(alice.sends(0x4000, "hi") == nothing);
  CHECK(bench.server.counters().no_channel == 1);
}

TEST_CASE("channel numbers run from 0x4000 to 0x4FFF", "[turn][rfc8656-12.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  const auto peer = "203.0.113.1:5000"_peer;
  for (const int number : {0x0000, 0x3fff, 0x5000, 0x7fff, 0x8000, 0xffff}) {
    CAPTURE(number);
    CHECK(alice.bind(static_cast<std::uint16_t>(number), peer) == error(400));
  }
  CHECK(alice.bind(0x4000, peer) == success);
  CHECK(alice.bind(0x4fff, "203.0.113.2:5000"_peer) == success);
}

TEST_CASE("the range of the obsolete RFC 5766 is there on demand", "[turn][rfc8656-12]") {
  turn::Config config = TurnBench::dual_stack();
  config.rfc5766_channel_numbers = true;
  TurnBench bench(config);
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  const auto peer = "203.0.113.1:5000"_peer;
  REQUIRE(alice.bind(0x7fff, peer) == success);
  CHECK(alice.sends(0x7fff, "hi") == to_peer(peer, "hi"));
  CHECK(alice.hears(peer, "hi") == channel_data(0x7fff, "hi"));
  CHECK(alice.bind(0x8000, "203.0.113.2:1"_peer) == error(400));
  CHECK(alice.bind(0x3fff, "203.0.113.2:1"_peer) == error(400));
}

TEST_CASE("a ChannelBind has both of its attributes, whole", "[turn][rfc8656-12.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  const auto bind = [&](const BenchClient::Build& build) {
    return alice.request(stun::Method::channel_bind, build);
  };
  CHECK(bind([](auto& message) { message.add_u32(AttributeType::channel_number, 0x40000000); }) ==
        error(400));
  CHECK(bind([](auto& message) {
          message.add_xor_address(AttributeType::xor_peer_address, "203.0.113.1:5000"_peer);
        }) == error(400));
  CHECK(bind([](auto& message) {
          message.add(AttributeType::channel_number, std::array{std::byte{0x40}, std::byte{0x00}});
          message.add_xor_address(AttributeType::xor_peer_address, "203.0.113.1:5000"_peer);
        }) == error(400));
  CHECK(bind([](auto& message) {
          message.add_u32(AttributeType::channel_number, 0x40000000);
          message.add(AttributeType::xor_peer_address, std::array<std::byte, 7>{});
        }) == error(400));
  CHECK(bind([](auto& message) {  // The two bytes behind the number are ignored.
          message.add_u32(AttributeType::channel_number, 0x4000ffff);
          message.add_xor_address(AttributeType::xor_peer_address, "203.0.113.1:5000"_peer);
        }) == success);
}

TEST_CASE("a peer of another family or a forbidden one gets no channel", "[turn][rfc8656-12.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  CHECK(alice.bind(0x4000, "[2001:db8:1::1]:5000"_peer) == error(443));
  CHECK(alice.bind(0x4000, "127.0.0.1:5000"_peer) == error(403));
  CHECK(alice.bind(0x4000, "10.0.0.1:5000"_peer) == error(403));
  CHECK(alice.bind(0x4000, "203.0.113.1:5000"_peer) == success);
}

TEST_CASE("an allocation has at most 1024 channels; dead ones make room", "[turn][rfc8656-12.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate(3600s) == success);
  const auto nth_peer = [](std::size_t n) {
    return TransportAddress{"203.0.113.1"_ip, static_cast<std::uint16_t>(n)};
  };
  const auto number = [](std::size_t n) { return static_cast<std::uint16_t>(0x4000 + n); };
  // Peers in an order of their own, so that both orders of the table are put to work.
  for (std::size_t n = 0; n < turn::max_channels; ++n) {
    REQUIRE(alice.bind(number(n), nth_peer(n * 7 % 1024 + 1)) == success);
  }
  for (std::size_t n = 0; n < turn::max_channels; ++n) {
    const auto peer = nth_peer(n * 7 % 1024 + 1);
    REQUIRE(alice.sends(number(n), "x") == to_peer(peer, "x"));
    REQUIRE(alice.hears(peer, "x") == channel_data(number(n), "x"));
  }
  CHECK(alice.bind(number(1024), nth_peer(2000)) == error(508));
  bench.advance(599s);
  CHECK(alice.bind(number(5), nth_peer(36)) == success);
  CHECK(alice.bind(number(1024), nth_peer(2000)) == error(508));
  bench.advance(1s);
  CHECK(alice.bind(number(1024), nth_peer(2000)) == success);
  CHECK(alice.bind(number(5), nth_peer(37)) == error(400));
}

}  // namespace
}  // namespace support
