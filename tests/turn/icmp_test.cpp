// Errors that a client's datagrams met on their way to a peer (RFC 8656 11.5).
#include "turn/icmp.h"

#include <catch2/catch.hpp>

#include "stun/attributes.h"
#include "tests/support/hex.h"
#include "tests/support/turn_bench.h"

namespace support {
namespace {

using namespace std::chrono_literals;

const auto peer = "203.0.113.1:5000"_peer;
const auto v6_peer = "[2001:db8:1::1]:5000"_peer;
constexpr turn::IcmpError port_unreachable{.type = 3, .code = 3};

turn::Config telling() {
  turn::Config config = TurnBench::dual_stack();
  config.tell_icmp_errors = true;
  return config;
}

BenchClient ready(TurnBench& bench, turn::Transport transport = turn::Transport::udp) {
  BenchClient client = bench.client("198.51.100.7:40000", transport);
  REQUIRE(client.allocate({.additional_family = ipv6}) == success);
  REQUIRE(client.permit({peer, v6_peer}) == success);
  return client;
}

TEST_CASE("an ICMP error is told in a Data indication that is exactly this", "[rfc8656-11.5]") {
  TurnBench bench(telling());
  const auto transport = GENERATE(turn::Transport::udp, turn::Transport::tcp);
  BenchClient alice = ready(bench, transport);
  const std::string told = to_hex(alice.hears_error(peer, port_unreachable));
  const std::string transaction = told.substr(16, 24);
  CHECK(told ==
        "001700182112a442" + transaction + "001200080001329aea12d543" + "800400080000060300000000");
  CHECK(to_hex(alice.hears_error(peer, port_unreachable)).substr(16, 24) != transaction);
}

TEST_CASE("an ICMPv6 error names the IPv6 peer", "[rfc8656-11.5]") {
  TurnBench bench(telling());
  BenchClient alice = ready(bench);
  const auto bytes = alice.hears_error(v6_peer, {.type = 1, .code = 4});
  REQUIRE(bytes.size() == 20 + 24 + 12);
  const auto message = stun::MessageView::parse(bytes);
  REQUIRE(message);
  const auto named = message->value(stun::AttributeType::xor_peer_address).value();
  CHECK(stun::decode_xor_address(named, message->transaction_id()) == v6_peer);
  CHECK(stun::decode_icmp(message->value(stun::AttributeType::icmp).value()) ==
        stun::IcmpValue{.type = 1, .code = 4, .data = 0});
}

TEST_CASE("a peer without its port is named with port 0", "[rfc8656-11.5]") {
  TurnBench bench(telling());
  BenchClient alice = ready(bench);
  const auto bytes = alice.hears_error({peer.ip, 0}, port_unreachable);
  const auto message = stun::MessageView::parse(bytes);
  REQUIRE(message);
  const auto named = message->value(stun::AttributeType::xor_peer_address).value();
  CHECK(stun::decode_xor_address(named, message->transaction_id()) == TransportAddress{peer.ip, 0});
}

TEST_CASE("the error data is the MTU of the narrow link and otherwise zero", "[rfc8656-18.13]") {
  TurnBench bench(telling());
  BenchClient alice = ready(bench);
  const auto data = [&](const TransportAddress& to, const turn::IcmpError& error) {
    const auto bytes = alice.hears_error(to, error);
    const auto value = stun::MessageView::parse(bytes)->value(stun::AttributeType::icmp);
    return stun::decode_icmp(value.value()).value().data;
  };
  CHECK(data(peer, {.type = 3, .code = 4, .mtu = 1400}) == 1400);
  CHECK(data(v6_peer, {.type = 2, .code = 0, .mtu = 1280}) == 1280);
  CHECK(data(peer, {.type = 3, .code = 1, .mtu = 1400}) == 0);
  CHECK(data(peer, {.type = 11, .code = 4, .mtu = 1400}) == 0);
  CHECK(data(v6_peer, {.type = 3, .code = 0, .mtu = 1280}) == 0);
}

TEST_CASE("only destinations unreachable, too big and time exceeded are told", "[rfc8656-11.5]") {
  TurnBench bench(telling());
  BenchClient alice = ready(bench);
  const auto told = [&](const TransportAddress& to) {
    std::vector<int> types;
    for (int type = 0; type < 256; ++type) {
      const turn::IcmpError error{.type = static_cast<std::uint8_t>(type), .code = 1};
      if (!alice.hears_error(to, error).empty()) types.push_back(type);
    }
    return types;
  };
  CHECK(told(peer) == std::vector{3, 11});
  CHECK(told(v6_peer) == std::vector{1, 2, 3});
}

TEST_CASE("errors are told where the operator wants it alone", "[rfc8656-11.5]") {
  TurnBench bench;
  BenchClient alice = ready(bench);
  CHECK(alice.hears_error(peer, port_unreachable).empty());
}

TEST_CASE("an error is told while there is a permission, on a channel too", "[rfc8656-11.5]") {
  TurnBench bench(telling());
  BenchClient alice = ready(bench);
  CHECK(alice.hears_error("203.0.113.2:5000"_peer, port_unreachable).empty());
  CHECK(alice.hears_error({peer.ip, 1}, port_unreachable).size() == 44);
  bench.advance(299s);
  CHECK(alice.hears_error(peer, port_unreachable).size() == 44);
  bench.advance(1s);
  CHECK(alice.hears_error(peer, port_unreachable).empty());
  REQUIRE(alice.bind(0x4000, peer) == success);
  CHECK(alice.hears_error(peer, port_unreachable).size() == 44);  // 11.5: a Data indication
  bench.advance(300s);
  CHECK(alice.hears_error(peer, port_unreachable).empty());
}

}  // namespace
}  // namespace support
