// Relayed data, byte for byte: Send and Data indications (RFC 8656 11), ChannelData (12.4 to 12.7).
#include "tests/support/turn_bench.h"

#include <catch2/catch.hpp>

#include "tests/support/hex.h"
#include "turn/limits.h"

namespace support {
namespace {

using namespace std::chrono_literals;
using stun::AttributeType;

const auto peer = "203.0.113.1:5000"_peer;

/// A client with an allocation and a permission for `peer`.
BenchClient ready(TurnBench& bench, turn::Transport transport = turn::Transport::udp) {
  BenchClient client = bench.client("198.51.100.7:40000", transport);
  REQUIRE(client.allocate({.additional_family = ipv6}) == success);
  REQUIRE(client.permit(peer) == success);
  return client;
}

TEST_CASE("a Data indication is exactly this", "[turn][rfc8656-11.3]") {
  TurnBench bench;
  const auto transport = GENERATE(turn::Transport::udp, turn::Transport::tcp, turn::Transport::tls,
                                  turn::Transport::dtls);
  BenchClient alice = ready(bench, transport);
  const auto indication = [](std::string_view length, std::string_view transaction,
                             std::string_view data) {
    return "0017" + std::string(length) + "2112a442" + std::string(transaction) +
           "001200080001329aea12d543" + std::string(data);
  };
  const auto [payload, length, data] = GENERATE(table<std::string, std::string, std::string>({
      {"", "0010", "00130000"},
      {"a", "0014", "0013000161000000"},
      {"ab", "0014", "0013000261620000"},
      {"abc", "0014", "0013000361626300"},
      {"abcd", "0014", "0013000461626364"},
      {"abcde", "0018", "001300056162636465000000"},
  }));
  const std::string first = to_hex(alice.hears_bytes(peer, payload));
  CHECK(first == indication(length, first.substr(16, 24), data));
  const std::string second = to_hex(alice.hears_bytes(peer, payload));
  CHECK(first.substr(16, 24) != second.substr(16, 24));
}

TEST_CASE("a Data indication from an IPv6 peer names it", "[turn][rfc8656-11.3]") {
  TurnBench bench;
  BenchClient alice = ready(bench);
  const auto v6_peer = "[2001:db8:1::1]:5000"_peer;
  REQUIRE(alice.permit(v6_peer) == success);
  const auto bytes = alice.hears_bytes(v6_peer, "abcde");
  CHECK(bytes.size() == 20 + 24 + 4 + 8);
  CHECK(ClientData::read(bytes) == data_indication(v6_peer, "abcde"));
}

TEST_CASE("ChannelData is padded on a stream and bare in a datagram", "[turn][rfc8656-12.5]") {
  TurnBench bench;
  const auto [transport, stream] =
      GENERATE(table<turn::Transport, bool>({{turn::Transport::udp, false},
                                             {turn::Transport::dtls, false},
                                             {turn::Transport::tcp, true},
                                             {turn::Transport::tls, true}}));
  BenchClient alice = ready(bench, transport);
  REQUIRE(alice.bind(0x4abc, peer) == success);
  const auto hears = [&](std::string_view payload) {
    return to_hex(alice.hears_bytes(peer, payload));
  };
  CHECK(hears("") == "4abc0000");
  CHECK(hears("a") == (stream ? "4abc000161000000" : "4abc000161"));
  CHECK(hears("ab") == (stream ? "4abc000261620000" : "4abc00026162"));
  CHECK(hears("abc") == (stream ? "4abc000361626300" : "4abc0003616263"));
  CHECK(hears("abcd") == "4abc000461626364");
}

TEST_CASE("a Send indication becomes a datagram", "[turn][rfc8656-11.2]") {
  TurnBench bench;
  BenchClient alice = ready(bench);
  CHECK(alice.sends(peer, "") == to_peer(peer, ""));
  CHECK(alice.sends(peer, "hello").value().from == alice.relayed());
  CHECK(alice.sends(peer, "hello") == to_peer(peer, "hello"));
  PeerDatagram unfragmented = to_peer(peer, "hello");
  unfragmented.dont_fragment = true;
  CHECK(alice.sends_unfragmented(peer, "hello") == unfragmented);
  const std::string long_payload(60'000, 'x');
  CHECK(alice.sends(peer, long_payload) == to_peer(peer, long_payload));
}

TEST_CASE("DONT-FRAGMENT is between IPv4 and IPv4, or for what came in a stream",
          "[turn][rfc8656-13.2]") {
  TurnBench bench;
  const auto v6_peer = "[2001:db8:1::1]:5000"_peer;
  const auto heeded = [&](std::string_view from, turn::Transport transport,
                          const TransportAddress& to) {
    BenchClient client = bench.client(from, transport);
    REQUIRE(client.allocate({.additional_family = ipv6}) == success);
    REQUIRE(client.permit(to) == success);
    return client.sends_unfragmented(to, "hello").value().dont_fragment;
  };
  using turn::Transport;
  CHECK(heeded("198.51.100.7:1", Transport::udp, peer));
  CHECK(heeded("198.51.100.7:2", Transport::dtls, peer));
  CHECK_FALSE(heeded("198.51.100.7:3", Transport::udp, v6_peer));
  CHECK_FALSE(heeded("[2001:db8:2::1]:4", Transport::udp, peer));
  CHECK_FALSE(heeded("[2001:db8:2::1]:5", Transport::dtls, v6_peer));
  CHECK(heeded("[2001:db8:2::1]:6", Transport::tcp, peer));
  CHECK(heeded("198.51.100.7:7", Transport::tls, v6_peer));
}

TEST_CASE("a Send indication that lacks something is dropped", "[turn][rfc8656-11.2]") {
  TurnBench bench;
  BenchClient alice = ready(bench);
  const auto add_peer = [](stun::MessageBuilder& message) {
    message.add_xor_address(AttributeType::xor_peer_address, peer);
  };
  CHECK(alice.indicates(add_peer) == nothing);
  CHECK(alice.indicates([](auto& message) { message.add_text(AttributeType::data, "hi"); }) ==
        nothing);
  CHECK(alice.indicates([](auto& message) {
    message.add(AttributeType::xor_peer_address, std::array<std::byte, 8>{});
    message.add_text(AttributeType::data, "hi");
  }) == nothing);
  CHECK(alice.indicates([&](auto& message) {  // An attribute that nobody knows.
    add_peer(message);
    message.add_text(AttributeType::data, "hi");
    message.add_u32(static_cast<AttributeType>(0x7ffe), 1);
  }) == nothing);
  CHECK(bench.server.counters().malformed == 4);
  CHECK(alice.indicates([&](auto& message) {  // One that need not be known.
    add_peer(message);
    message.add_text(AttributeType::data, "hi");
    message.add_u32(static_cast<AttributeType>(0xfffe), 1);
  }) == to_peer(peer, "hi"));
}

TEST_CASE("without an allocation, data goes nowhere", "[turn][rfc8656-5]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  CHECK(alice.sends(peer, "hi") == nothing);
  CHECK(bench.server.counters().no_allocation == 1);
  CHECK(alice.allocation() == nullptr);
}

TEST_CASE("ChannelData is as long as it says, whatever pads it", "[turn][rfc8656-12.6]") {
  TurnBench bench;
  BenchClient alice = ready(bench);
  REQUIRE(alice.bind(0x4000, peer) == success);
  const auto sends = [&](std::string_view hex) { return alice.sends_on_channel(from_hex(hex)); };
  CHECK(sends("4000 0003 616263") == to_peer(peer, "abc"));
  CHECK(sends("4000 0003 616263 00") == to_peer(peer, "abc"));
  CHECK(sends("4000 0003 616263 ff") == to_peer(peer, "abc"));
  CHECK(sends("4000 0000") == to_peer(peer, ""));
  CHECK(sends("4000 0004 616263") == nothing);
  CHECK(sends("4000 ffff 616263") == nothing);
  for (const auto* truncated : {"", "40", "4000", "400000"}) CHECK(sends(truncated) == nothing);
  CHECK(bench.server.counters().malformed == 6);
  for (const auto* unbound : {"4001 0001 61", "3fff 0001 61", "ffff 0001 61", "0000 0001 61"}) {
    CHECK(sends(unbound) == nothing);
  }
  CHECK(bench.server.counters().no_channel == 4);
}

TEST_CASE("ChannelData of a bound peer, Data of the same peer's other ports",
          "[turn][rfc8656-12.7]") {
  TurnBench bench;
  BenchClient alice = ready(bench);
  REQUIRE(alice.bind(0x4000, peer) == success);
  CHECK(alice.hears(peer, "hi") == channel_data(0x4000, "hi"));
  const auto other_port = "203.0.113.1:5001"_peer;
  CHECK(alice.hears(other_port, "hi") == data_indication(other_port, "hi"));
}

TEST_CASE("a datagram too long for a Data indication is dropped", "[turn][rfc8656-11.3]") {
  TurnBench bench;
  BenchClient alice = ready(bench);
  const auto v6_peer = "[2001:db8:1::1]:5000"_peer;
  REQUIRE(alice.permit(v6_peer) == success);
  const std::string longest(turn::max_payload, 'x');
  CHECK(alice.hears(v6_peer, longest) == data_indication(v6_peer, longest));
  CHECK(alice.hears(v6_peer, longest + "x") == nothing);
}

TEST_CASE("an allocation's bandwidth is bounded in each direction by itself", "[turn][max-bps]") {
  turn::Config config = TurnBench::dual_stack();
  config.max_bps = 1000;
  TurnBench bench(config);
  BenchClient alice = ready(bench);
  REQUIRE(alice.bind(0x4000, peer) == success);
  const std::string kilobyte(1000, 'x'), half(500, 'x');
  CHECK(alice.sends(peer, kilobyte) == to_peer(peer, kilobyte));
  CHECK(alice.sends(0x4000, "x") == nothing);
  CHECK(alice.sends(peer, "x") == nothing);
  CHECK(alice.hears(peer, kilobyte) == channel_data(0x4000, kilobyte));
  CHECK(alice.hears(peer, "x") == nothing);
  CHECK(bench.server.counters().over_bandwidth == 3);

  bench.advance(500ms);
  CHECK(alice.sends(0x4000, half) == to_peer(peer, half));
  CHECK(alice.sends(0x4000, "x") == nothing);
  bench.advance(100s);  // An idle minute does not save up for later.
  CHECK(alice.sends(0x4000, kilobyte) == to_peer(peer, kilobyte));
  CHECK(alice.sends(0x4000, "x") == nothing);

  BenchClient bob = bench.client("198.51.100.8:40000");  // Others have a limit of their own.
  REQUIRE(bob.allocate() == success);
  REQUIRE(bob.permit(peer) == success);
  CHECK(bob.sends(peer, kilobyte) == to_peer(peer, kilobyte));
}

}  // namespace
}  // namespace support
