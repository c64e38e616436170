// Allocations whose relayed transport is TCP (RFC 6062 5.1): who gets one, and what of RFC 8656 it
// does without.
#include <catch2/catch.hpp>

#include "tests/support/turn_bench.h"

namespace support {
namespace {

using turn::Transport;

const auto peer = "203.0.113.1:5000"_peer;

TEST_CASE("a client on a stream gets a relay of TCP", "[turn][rfc6062-5.1]") {
  TurnBench bench;
  const auto transport = GENERATE(Transport::tcp, Transport::tls);
  bool listens = false;
  bench.port_failure = [&](const turn::OpenRelay& open) {
    listens = open.transport == turn::RelayTransport::tcp;
    return false;
  };
  BenchClient alice = bench.client("198.51.100.7:40000", transport);
  const Answer answer = alice.allocate_tcp(Seconds(900));
  CHECK(answer == success);
  CHECK(answer.relayed().size() == 1);
  CHECK(answer.lifetime() == Seconds(900));
  CHECK(listens);
  CHECK(bench.quota.held_by("alice") == 1);

  SECTION("a retransmission gets the same answer") {
    CHECK(alice.retransmit().bytes() == answer.bytes());
  }
  SECTION("it may be refreshed, and ends as any other") {
    CHECK(alice.refresh(Seconds(1000)) == success);
    CHECK(alice.refresh(Seconds(0)) == success);
    CHECK(bench.taken_ports() == 0);
    CHECK(bench.quota.held() == 0);
  }
}

TEST_CASE("a relay of TCP is not for a client on datagrams", "[turn][rfc6062-5.1]") {
  TurnBench bench;
  const auto transport = GENERATE(Transport::udp, Transport::dtls);
  CHECK(bench.client("198.51.100.7:40000", transport).allocate_tcp() == error(400));
  CHECK(bench.taken_ports() == 0);
}

TEST_CASE("what is about datagrams is refused together with TCP", "[turn][rfc6062-5.1]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000", Transport::tcp);
  CHECK(alice.allocate({.transport = 6, .dont_fragment = true}) == error(400));
  CHECK(alice.allocate({.transport = 6, .even_port = 0}) == error(400));
  CHECK(alice.allocate({.transport = 6, .even_port = and_reserve_next}) == error(400));
  CHECK(alice.allocate({.transport = 6, .token = turn::ReservationToken{}}) == error(400));
  CHECK(bench.taken_ports() == 0);
}

TEST_CASE("each kind of relay may be switched off", "[turn][rfc6062-5.1]") {
  turn::Config config = TurnBench::dual_stack();
  SECTION("TCP") {
    config.tcp_relay = false;
    TurnBench bench(config);
    BenchClient alice = bench.client("198.51.100.7:40000", Transport::tcp);
    CHECK(alice.allocate_tcp() == error(442));
    CHECK(alice.allocate() == success);
  }
  SECTION("UDP") {
    config.udp_relay = false;
    TurnBench bench(config);
    BenchClient alice = bench.client("198.51.100.7:40000", Transport::tcp);
    CHECK(alice.allocate() == error(442));
    CHECK(alice.allocate_tcp() == success);
  }
}

TEST_CASE("a TCP allocation has no channels and no indications of data", "[turn][rfc6062-4.5]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000", Transport::tcp);
  REQUIRE(alice.allocate_tcp() == success);
  REQUIRE(alice.permit(peer) == success);
  CHECK(alice.bind(0x4000, peer) == error(403));
  CHECK(alice.sends(peer, "hello") == nothing);
  CHECK(alice.sends(0x4000, "hello") == nothing);
  CHECK(bench.take_routes().empty());
}

TEST_CASE("relays of both families may listen for one client", "[turn][rfc6062-5.1]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000", Transport::tcp);
  REQUIRE(alice.allocate({.transport = 6, .additional_family = ipv6}) == success);
  const auto far = "[2001:db8:1::1]:1"_peer;
  alice.connected(peer);
  alice.connected(far);
  REQUIRE(bench.connections().size() == 2);
  SECTION("and the connections of one end with it") {
    REQUIRE(alice.refresh(Seconds(0), ipv6) == success);
    REQUIRE(bench.connections().size() == 1);
    CHECK(bench.connections().begin()->second.peer == peer);
  }
}

}  // namespace
}  // namespace support
