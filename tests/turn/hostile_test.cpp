// Bytes that no honest client sends: none of them has an effect, and none disturbs the others.
#include "tests/support/turn_bench.h"

#include <catch2/catch.hpp>
#include <random>

namespace support {
namespace {

using namespace std::chrono_literals;
using stun::AttributeType;
using stun::Class;
using stun::Method;

/// What a client says in its life, one message each.
std::vector<std::vector<std::byte>> specimens(BenchClient& client) {
  const auto add_peer = [](stun::MessageBuilder& message) {
    message.add_text(AttributeType::username, "alice");
    message.add_u32(AttributeType::channel_number, 0x40010000);
    message.add_xor_address(AttributeType::xor_peer_address, "203.0.113.9:1"_peer);
    message.add_text(AttributeType::data, "hi");
  };
  const auto add_allocate = [](stun::MessageBuilder& message) {
    message.add_text(AttributeType::username, "alice");
    message.add_leading_u8(AttributeType::requested_transport, 17);
    message.add_u32(AttributeType::lifetime, 700);
  };
  return {client.make({Method::binding, Class::request}, [](auto&) {}),
          client.make({Method::allocate, Class::request}, add_allocate),
          client.make({Method::refresh, Class::request}, add_allocate),
          client.make({Method::create_permission, Class::request}, add_peer),
          client.make({Method::channel_bind, Class::request}, add_peer),
          client.make({Method::send, Class::indication}, add_peer)};
}

TEST_CASE("a message that is cut short has no effect", "[turn][hostile]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  for (const auto& whole : specimens(alice)) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      // A buffer of its own, so that a read beyond the end is seen.
      const std::vector<std::byte> cut(whole.begin(),
                                       whole.begin() + static_cast<std::ptrdiff_t>(size));
      REQUIRE(alice.exchange(cut) == nothing);
    }
  }
  CHECK(bench.effects_seen() == 0);
  CHECK(bench.server.allocation_count() == 0);
}

TEST_CASE("a message with more behind it has no effect", "[turn][hostile]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  for (auto message : specimens(alice)) {
    message.resize(message.size() + 4);
    REQUIRE(alice.exchange(message) == nothing);
  }
  CHECK(bench.effects_seen() == 0);
}

TEST_CASE("noise has no effect", "[turn][hostile]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  REQUIRE(alice.bind(0x4000, "203.0.113.1:1"_peer) == success);
  const std::size_t effects = bench.effects_seen();
  std::mt19937 engine(3);
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::byte> noise(engine() % 100);
    for (std::byte& byte : noise) byte = static_cast<std::byte>(engine());
    REQUIRE(alice.exchange(noise) == nothing);
  }
  CHECK(bench.effects_seen() == effects);
  CHECK(bench.server.counters().malformed == 5000);
}

TEST_CASE("a bit that flips harms nobody but its own message", "[turn][hostile]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  BenchClient bob = bench.client("198.51.100.8:40000", turn::Transport::udp, "bob");
  const auto peer = "203.0.113.1:1"_peer;
  REQUIRE(bob.allocate() == success);
  REQUIRE(bob.bind(0x4000, peer) == success);
  for (const auto& whole : specimens(alice)) {
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      auto broken = whole;
      broken[bit / 8] ^= std::byte{1} << (bit % 8);
      // A flipped Send may still be one, and pass or not; all else gets one answer or none.
      if (stun::MessageType::decode(stun::load_u16(broken, 0)).message_class == Class::indication) {
        continue;
      }
      alice.exchange(broken);
      REQUIRE(bob.hears(peer, "hi") == channel_data(0x4000, "hi"));
    }
  }
  CHECK(bench.server.allocation_count() <= 2);
}

TEST_CASE("strangers leave nothing behind", "[turn][hostile]") {
  TurnBench bench;
  for (int i = 0; i < 1000; ++i) {
    BenchClient stranger =
        bench.client("198.51.100.7:" + std::to_string(1000 + i), turn::Transport::udp, "");
    CHECK(stranger.request(Method::allocate) == error(401));
    CHECK(stranger.sends("203.0.113.1:1"_peer, "hi") == nothing);
    CHECK(stranger.sends(0x4000, "hi") == nothing);
  }
  CHECK(bench.server.allocation_count() == 0);
  CHECK(bench.quota.held() == 0);
  CHECK_FALSE(bench.server.next_deadline());
}

}  // namespace
}  // namespace support
