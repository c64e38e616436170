// What a client says about itself beyond its name: the page that it runs in (ORIGIN), and how much
// it wants to send (BANDWIDTH, of a draft).
#include <catch2/catch.hpp>

#include "stun/attributes.h"
#include "tests/support/turn_bench.h"

namespace support {
namespace {

using stun::AttributeType;
using stun::MessageBuilder;
using stun::Method;

constexpr std::string_view page = "https://www.example.org";

Answer ask(BenchClient& client, Method method, std::string_view origin,
           std::optional<std::uint32_t> bandwidth = {}) {
  return client.request(method, [&](MessageBuilder& message) {
    if (method == Method::allocate) {
      message.add_leading_u8(AttributeType::requested_transport, 17);
    }
    if (!origin.empty()) message.add_text(AttributeType::origin, origin);
    if (bandwidth) message.add_u32(AttributeType::bandwidth, *bandwidth);
  });
}

std::optional<std::uint32_t> bandwidth_of(const Answer& answer) {
  const auto value = answer.message().value(AttributeType::bandwidth);
  return value ? stun::decode_u32(*value) : std::nullopt;
}

turn::Config checking() {
  turn::Config config = TurnBench::dual_stack();
  config.check_origin = true;
  return config;
}

}  // namespace

TEST_CASE("who allocated from a page goes on from that page", "[turn][origin]") {
  TurnBench bench(checking());
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(ask(alice, Method::allocate, page) == success);
  CHECK(ask(alice, Method::refresh, page) == success);
  CHECK(ask(alice, Method::refresh, "https://evil.example") == error(441));
  CHECK(alice.refresh() == error(441));
  CHECK(alice.permit("203.0.113.1:5000"_peer) == error(441));
  CHECK(ask(alice, Method::refresh, page) == success);
}

TEST_CASE("without an ORIGIN at first, or without the option, anything goes", "[turn][origin]") {
  const bool checks = GENERATE(true, false);
  TurnBench bench(checks ? checking() : TurnBench::dual_stack());
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(ask(alice, Method::allocate, checks ? "" : page) == success);
  CHECK(ask(alice, Method::refresh, "https://evil.example") == success);
  CHECK(alice.refresh() == success);
}

TEST_CASE("a client may ask for less bandwidth than it would get", "[turn][bandwidth]") {
  turn::Config config = TurnBench::dual_stack();
  const auto [most, wish, granted] = GENERATE(table<std::uint64_t, std::uint32_t, std::uint32_t>({
      {0, 2, 2},      // 256 bytes per second
      {1280, 2, 2},   // less than the limit
      {256, 100, 2},  // more than the limit
      {1280, 0, 0},   // no wish
  }));
  config.max_bps = most;
  TurnBench bench(config);
  BenchClient alice = bench.client("198.51.100.7:40000");
  const Answer answer = ask(alice, Method::allocate, "", wish);
  REQUIRE(answer == success);
  CHECK(bandwidth_of(answer).value_or(0) == granted);
  CHECK(bandwidth_of(alice.retransmit()).value_or(0) == granted);
  const TransportAddress peer = "203.0.113.1:5000"_peer;
  REQUIRE(alice.bind(0x4000, peer) == success);
  const std::string half(130, 'x');
  CHECK(alice.sends(0x4000, half) == to_peer(peer, half));
  const bool second_passes = granted == 0;
  CHECK(alice.sends(0x4000, half).has_value() == second_passes);
}

TEST_CASE("a BANDWIDTH that is malformed is as good as absent", "[turn][bandwidth]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const Answer answer = alice.request(Method::allocate, [](MessageBuilder& message) {
    message.add_leading_u8(AttributeType::requested_transport, 17);
    message.add_zeros(AttributeType::bandwidth, 3);
  });
  CHECK(answer == success);
  CHECK_FALSE(bandwidth_of(answer));
}

TEST_CASE("a realm may have a bandwidth of its own", "[turn][bandwidth]") {
  turn::Config config = TurnBench::dual_stack();
  config.max_bps = 1'000'000;
  config.max_bps_by_realm["example.org"] = 150;  // the realm of the bench
  TurnBench bench(config);
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  const TransportAddress peer = "203.0.113.1:5000"_peer;
  REQUIRE(alice.bind(0x4000, peer) == success);
  CHECK(alice.sends(0x4000, std::string(130, 'x')).has_value());
  CHECK_FALSE(alice.sends(0x4000, std::string(130, 'x')).has_value());
}

}  // namespace support
