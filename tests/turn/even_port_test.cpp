// EVEN-PORT and RESERVATION-TOKEN (RFC 8656 7.2): pairs of ports for RTP and RTCP, and no port that
// is ever lost.
#include "tests/support/turn_bench.h"

#include <catch2/catch.hpp>

namespace support {
namespace {

using namespace std::chrono_literals;

TEST_CASE("EVEN-PORT gives an even port and keeps nothing", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  for (int i = 0; i < 20; ++i) {
    BenchClient client = bench.client("198.51.100.7:" + std::to_string(1000 + i));
    const Answer answer = client.allocate({.even_port = 0});
    REQUIRE(answer == success);
    CHECK(answer.relayed().at(0).port % 2 == 0);
    CHECK_FALSE(answer.token());
  }
  CHECK(bench.taken_ports() == 20);
}

TEST_CASE("both halves of a dual allocation may be even", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  for (int i = 0; i < 8; ++i) {
    BenchClient client = bench.client("198.51.100.7:" + std::to_string(1000 + i));
    const Answer answer = client.allocate({.additional_family = ipv6, .even_port = 0});
    REQUIRE(answer.relayed().size() == 2);
    CHECK(answer.relayed()[0].port % 2 == 0);
    CHECK(answer.relayed()[1].port % 2 == 0);
  }
}

TEST_CASE("the token of a reserved port makes it the relay of another allocation",
          "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const Answer first = alice.allocate({.even_port = and_reserve_next});
  REQUIRE(first == success);
  REQUIRE(first.token());
  const TransportAddress rtp = first.relayed().at(0);
  CHECK(rtp.port % 2 == 0);
  CHECK(bench.taken_ports() == 2);

  // Another five-tuple, another transport.
  BenchClient rtcp = bench.client("198.51.100.7:40001", turn::Transport::tcp);
  SECTION("within 30 s") {
    bench.advance(30s - 1ns);
    const Answer second = rtcp.allocate({.token = first.token()});
    REQUIRE(second == success);
    CHECK(second.relayed().at(0) ==
          TransportAddress{rtp.ip, static_cast<std::uint16_t>(rtp.port + 1)});
    CHECK_FALSE(second.token());
    CHECK(bench.taken_ports() == 2);
    CHECK(rtcp.permit("203.0.113.1:1"_peer) == success);
    CHECK(rtcp.sends("203.0.113.1:1"_peer, "hi").value().from == second.relayed().at(0));
    // The token is good for once.
    CHECK(bench.client("198.51.100.7:40002").allocate({.token = first.token()}) == error(508));
    // The reserved port lives on without the other one.
    REQUIRE(alice.refresh(0s) == success);
    CHECK(bench.taken_ports() == 1);
    bench.advance(31s);
    CHECK(rtcp.sends("203.0.113.1:1"_peer, "hi") == to_peer("203.0.113.1:1"_peer, "hi"));
    rtcp.disconnect();
  }
  SECTION("not after 30 s") {
    bench.advance(30s);
    CHECK(rtcp.allocate({.token = first.token()}) == error(508));
    CHECK(bench.taken_ports() == 1);
    REQUIRE(alice.refresh(0s) == success);
  }
  SECTION("not with a wrong token") {
    turn::ReservationToken wrong = *first.token();
    wrong[7] ^= std::byte{1};
    CHECK(rtcp.allocate({.token = wrong}) == error(508));
    CHECK(rtcp.allocate({.token = first.token()}) == success);
    rtcp.disconnect();
    alice.disconnect();
  }
  SECTION("the allocation that reserved it need not live") {
    REQUIRE(alice.refresh(0s) == success);
    CHECK(bench.taken_ports() == 1);
    CHECK(rtcp.allocate({.token = first.token()}) == success);
    rtcp.disconnect();
  }
  SECTION("nobody claims it") {
    REQUIRE(alice.refresh(0s) == success);
    bench.advance(30s);
  }
  CHECK(bench.taken_ports() == 0);
  CHECK(bench.quota.held() == 0);
}

TEST_CASE("no pair of ports is 508 and costs nothing", "[turn][rfc8656-7.2]") {
  TurnBench bench(TurnBench::dual_stack(), {}, 50001, 50002);  // Adjacent, but the odd one first.
  BenchClient alice = bench.client("198.51.100.7:40000");
  CHECK(alice.allocate({.even_port = and_reserve_next}) == error(508));
  CHECK(bench.taken_ports() == 0);
  CHECK(alice.allocate({.even_port = 0}) == success);
}

TEST_CASE("tokens are not to be guessed", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  const auto token = [&](int n) {
    BenchClient client = bench.client("198.51.100.7:" + std::to_string(n));
    return client.allocate({.even_port = and_reserve_next}).token().value();
  };
  const auto one = token(1), two = token(2);
  int equal_bytes = 0;
  for (std::size_t i = 0; i < one.size(); ++i) equal_bytes += one[i] == two[i] ? 1 : 0;
  CHECK(equal_bytes < 4);
}

TEST_CASE("a reserved IPv6 port is claimed without saying the family", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  const Answer first =
      bench.client("198.51.100.7:40000").allocate({.family = ipv6, .even_port = and_reserve_next});
  REQUIRE(first.token());
  BenchClient rtcp = bench.client("198.51.100.7:40001");
  const Answer second = rtcp.allocate({.token = first.token()});
  REQUIRE(second.relayed().size() == 1);
  CHECK(second.relayed()[0].ip == "2001:db8::1"_ip);
  CHECK(rtcp.permit("203.0.113.1:1"_peer) == error(443));
  CHECK(rtcp.permit("[2001:db8:1::1]:1"_peer) == success);
}

}  // namespace
}  // namespace support
