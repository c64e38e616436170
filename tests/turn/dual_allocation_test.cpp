// Allocations of both families (RFC 8656 7.2, ADDITIONAL-ADDRESS-FAMILY) and of one family on
// request (REQUESTED-ADDRESS-FAMILY), and what becomes of one half without the other.
#include "tests/support/turn_bench.h"

#include <catch2/catch.hpp>

namespace support {
namespace {

using namespace std::chrono_literals;

const auto v4_peer = "203.0.113.1:5000"_peer, v6_peer = "[2001:db8:1::1]:5000"_peer;

turn::Config ipv6_only() {
  turn::Config config;
  config.relay_addresses = {{"2001:db8::1"_ip, {}}};
  return config;
}

TEST_CASE("a dual allocation has a relayed address of each family", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const Answer answer = alice.allocate({.additional_family = ipv6});
  REQUIRE(answer == success);
  REQUIRE(answer.relayed().size() == 2);
  CHECK(answer.relayed()[0].ip == "192.0.2.1"_ip);
  CHECK(answer.relayed()[1].ip == "2001:db8::1"_ip);
  CHECK_FALSE(answer.address_error());
  CHECK(bench.taken_ports() == 2);
  CHECK(bench.quota.held() == 1);

  REQUIRE(alice.permit({v4_peer, v6_peer}) == success);
  CHECK(alice.sends(v4_peer, "hi").value().from == answer.relayed()[0]);
  CHECK(alice.sends(v6_peer, "hi").value().from == answer.relayed()[1]);
  CHECK(alice.hears(v6_peer, "hi") == data_indication(v6_peer, "hi"));
}

TEST_CASE("a dual allocation may be asked for by the draft's number", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const Answer answer = alice.request(stun::Method::allocate, [](stun::MessageBuilder& message) {
    message.add_leading_u8(stun::AttributeType::requested_transport, 17);
    message.add_leading_u8(stun::AttributeType::draft_additional_address_family, 2);
  });
  REQUIRE(answer == success);
  CHECK(answer.relayed().size() == 2);
}

TEST_CASE("of a dual allocation one half is enough; the other one's error is told",
          "[turn][rfc8656-7.2]") {
  using Error = Answer::AddressError;
  const auto [name, config, failing, relayed, error] =
      GENERATE(table<const char*, turn::Config, std::optional<Family>, const char*, Error>({
          {"no IPv6 port", TurnBench::dual_stack(), Family::ipv6, "192.0.2.1",
           Error{Family::ipv6, 508}},
          {"no IPv4 port", TurnBench::dual_stack(), Family::ipv4, "2001:db8::1",
           Error{Family::ipv4, 508}},
          {"no IPv6 at all", TurnBench::ipv4_only(), {}, "192.0.2.1", Error{Family::ipv6, 440}},
          {"no IPv4 at all", ipv6_only(), {}, "2001:db8::1", Error{Family::ipv4, 440}},
      }));
  CAPTURE(name);
  TurnBench bench(config);
  bench.port_failure = [half = failing](const auto& open) { return half == open.ip.family(); };
  BenchClient alice = bench.client("198.51.100.7:40000");
  const Answer answer = alice.allocate({.additional_family = ipv6});
  REQUIRE(answer == success);
  REQUIRE(answer.relayed().size() == 1);
  CHECK(answer.relayed()[0].ip.to_string() == relayed);
  CHECK(answer.address_error() == error);
  CHECK(bench.taken_ports() == 1);
  CHECK(alice.permit(error.family == Family::ipv4 ? v4_peer : v6_peer) == support::error(443));
  CHECK(alice.permit(error.family == Family::ipv4 ? v6_peer : v4_peer) == success);
  CHECK(alice.refresh(0s) == success);
  CHECK(bench.taken_ports() == 0);
}

TEST_CASE("a dual allocation without any port is refused", "[turn][rfc8656-7.2]") {
  const auto config = GENERATE(TurnBench::dual_stack(), TurnBench::ipv4_only(), ipv6_only());
  TurnBench bench(config);
  bench.port_failure = [](const auto&) { return true; };
  const Answer answer = bench.client("198.51.100.7:40000").allocate({.additional_family = ipv6});
  CHECK(answer == error(508));
  CHECK_FALSE(answer.address_error());
  CHECK(bench.server.allocation_count() == 0);
  CHECK(bench.quota.held() == 0);
}

TEST_CASE("REQUESTED-ADDRESS-FAMILY decides, IPv4 is what silence means", "[turn][rfc8656-7.2]") {
  const auto ip_of = [](const turn::Config& config, const Allocate& wanted,
                        std::string_view client = "198.51.100.7:40000") {
    TurnBench bench(config);
    const Answer answer = bench.client(client).allocate(wanted);
    if (answer != success) return std::to_string(answer.code().value());
    REQUIRE(answer.relayed().size() == 1);
    return answer.relayed()[0].ip.to_string();
  };
  turn::Config dual = TurnBench::dual_stack();
  CHECK(ip_of(dual, {}) == "192.0.2.1");
  CHECK(ip_of(dual, {}, "[2001:db8:7::7]:40000") == "192.0.2.1");
  CHECK(ip_of(dual, {.family = ipv4}) == "192.0.2.1");
  CHECK(ip_of(dual, {.family = ipv6}) == "2001:db8::1");
  CHECK(ip_of(TurnBench::ipv4_only(), {.family = ipv6}) == "440");
  CHECK(ip_of(ipv6_only(), {}) == "440");
  CHECK(ip_of(ipv6_only(), {.family = ipv4}) == "440");

  dual.default_family = turn::DefaultFamily::ipv6;
  CHECK(ip_of(dual, {}) == "2001:db8::1");
  dual.default_family = turn::DefaultFamily::keep;
  CHECK(ip_of(dual, {}) == "192.0.2.1");
  CHECK(ip_of(dual, {}, "[2001:db8:7::7]:40000") == "2001:db8::1");
}

TEST_CASE("the halves of a dual allocation are refreshed together or one by one",
          "[turn][rfc8656-8.1]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate({.additional_family = ipv6}) == success);
  SECTION("together") {
    REQUIRE(alice.refresh(1200s) == success);
    bench.advance(1199s);
    CHECK(bench.taken_ports() == 2);
    REQUIRE(alice.refresh(0s) == success);
    CHECK(bench.taken_ports() == 0);
  }
  SECTION("IPv4 alone") {
    REQUIRE(alice.refresh(1200s, ipv4) == success);
    bench.sleep(600s);
    // Nobody has looked yet, and still the other half is over.
    CHECK(alice.refresh(700s, ipv6) == error(443));
    CHECK(alice.permit(v6_peer) == error(443));
    bench.advance(1s);
    CHECK(bench.taken_ports() == 1);
    CHECK(alice.permit(v4_peer) == success);
    bench.advance(600s);
    CHECK(bench.server.allocation_count() == 0);
    CHECK(bench.quota.held() == 0);
  }
}

TEST_CASE("ending one half leaves the other one's permissions and channels alone",
          "[turn][rfc8656-8.1]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate({.additional_family = ipv6}) == success);
  REQUIRE(alice.bind(0x4000, v4_peer) == success);
  REQUIRE(alice.bind(0x4001, v6_peer) == success);
  const auto gone = GENERATE(ipv4, ipv6);
  const auto& gone_peer = gone == ipv4 ? v4_peer : v6_peer;
  const auto& left_peer = gone == ipv4 ? v6_peer : v4_peer;
  const std::uint16_t gone_channel = gone == ipv4 ? 0x4000 : 0x4001;
  const std::uint16_t left_channel = gone == ipv4 ? 0x4001 : 0x4000;

  CHECK(alice.refresh(0s, gone).lifetime() == 0s);
  CHECK(bench.taken_ports() == 1);
  CHECK(bench.quota.held() == 1);
  CHECK(alice.sends(gone_channel, "hi") == nothing);
  CHECK(alice.sends(gone_peer, "hi") == nothing);
  CHECK(alice.permit(gone_peer) == error(443));
  CHECK(alice.refresh(600s, gone) == error(443));
  CHECK(alice.refresh(0s, gone) == error(443));
  CHECK(alice.sends(left_channel, "hi") == to_peer(left_peer, "hi"));
  CHECK(alice.hears(left_peer, "hi") == channel_data(left_channel, "hi"));
  // Its channel number is free, too.
  TransportAddress other = left_peer;
  ++other.port;
  CHECK(alice.bind(gone_channel, other) == success);

  CHECK(alice.refresh(0s, gone == ipv4 ? ipv6 : ipv4) == success);
  CHECK(bench.server.allocation_count() == 0);
}

}  // namespace
}  // namespace support
