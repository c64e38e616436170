// What an operator is told (Event), and what an accelerator beside the server is (BindRoute and
// DropRoute).
#include "tests/support/turn_bench.h"

#include <catch2/catch.hpp>

namespace support {
namespace {

using namespace std::chrono_literals;
using turn::Event;
using Kind = turn::Event::Kind;

const auto peer = "203.0.113.1:5000"_peer;

Event only(std::vector<Event> events) {
  REQUIRE(events.size() == 1);
  return events[0];
}

template <class Route>
Route only_route(const std::vector<turn::Effect>& routes) {
  REQUIRE(routes.size() == 1);
  REQUIRE(std::holds_alternative<Route>(routes[0]));
  return std::get<Route>(routes[0]);
}

TEST_CASE("the life of an allocation is told", "[turn][events]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate(700s) == success);
  const Event made = only(bench.take_events());
  CHECK(made.kind == Kind::allocated);
  CHECK(made.client == alice.tuple());
  CHECK(made.username == "alice");
  CHECK(made.relayed == alice.relayed());
  CHECK(made.lifetime == 700s);

  REQUIRE(alice.refresh(800s) == success);
  const Event refreshed = only(bench.take_events());
  CHECK(refreshed.kind == Kind::refreshed);
  CHECK(refreshed.lifetime == 800s);

  REQUIRE(alice.permit(peer) == success);
  const Event permitted = only(bench.take_events());
  CHECK(permitted.kind == Kind::permitted);
  CHECK(permitted.peer.ip == peer.ip);

  REQUIRE(alice.bind(0x4000, peer) == success);
  const auto bound = bench.take_events();
  REQUIRE(bound.size() == 2);
  CHECK(bound[1].kind == Kind::channel_bound);
  CHECK(bound[1].peer == peer);
  CHECK(bound[1].channel == turn::ChannelNumber{0x4000});

  for (int i = 0; i < 3; ++i) REQUIRE(alice.sends(0x4000, "hello"));
  REQUIRE(alice.hears(peer, "hi"));
  SECTION("by its client") {
    REQUIRE(alice.refresh(0s) == success);
    CHECK(bench.take_events().at(0).kind == Kind::deallocated);
  }
  SECTION("by time") {
    bench.advance(801s);
    CHECK(bench.take_events().at(0).kind == Kind::expired);
  }
  SECTION("with its stream, with its traffic") {
    alice.disconnect();
    const Event ended = only(bench.take_events());
    CHECK(ended.kind == Kind::disconnected);
    CHECK(ended.relayed == alice.relayed());
    CHECK(ended.totals.packets_from_client == 3);
    CHECK(ended.totals.bytes_from_client == 15);
    CHECK(ended.totals.packets_to_client == 1);
    CHECK(ended.totals.bytes_to_client == 2);
  }
}

TEST_CASE("refusals are told, the daily challenges are not", "[turn][events]") {
  TurnBench bench;
  bench.authenticator.wrong_password = {"mallory"};
  bench.authenticator.stale_nonce = {"sleepy"};
  bench.client("198.51.100.7:1", turn::Transport::udp, "").allocate();
  bench.client("198.51.100.7:1", turn::Transport::udp, "sleepy").allocate();
  CHECK(bench.take_events().empty());
  bench.client("198.51.100.7:1", turn::Transport::udp, "mallory").allocate();
  const Event refused = only(bench.take_events());
  CHECK(refused.kind == Kind::refused);
  CHECK(refused.username == "mallory");
  CHECK(refused.code == stun::ErrorCode::unauthenticated);
  CHECK_FALSE(refused.reason.empty());

  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  bench.take_events();
  CHECK(alice.permit("127.0.0.1:1"_peer) == error(403));
  const Event denied = only(bench.take_events());
  CHECK(denied.kind == Kind::peer_denied);
  CHECK(denied.peer.ip == "127.0.0.1"_ip);
  CHECK(denied.reason == "loopback");
}

TEST_CASE("an allocation that is not to be had names the bound", "[turn][events]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  SECTION("the user's quota") {
    bench.quota.per_user = 0;
    REQUIRE(alice.allocate() == error(486));
    CHECK(only(bench.take_events()).reason == "the user's quota is used up");
  }
  SECTION("the total quota") {
    bench.quota.total = 0;
    REQUIRE(alice.allocate() == error(486));
    CHECK(only(bench.take_events()).reason == "the server's total quota is used up");
  }
  SECTION("the end of service") {
    bench.server.begin_drain();
    REQUIRE(alice.allocate() == error(403));
    const Event refused = only(bench.take_events());
    CHECK(refused.kind == Kind::allocation_refused);
    CHECK(refused.reason == "the server is draining");
    CHECK(refused.client.client == "198.51.100.7:40000"_peer);
  }
}

TEST_CASE("who wants no events gets none", "[turn][events]") {
  turn::Config config = TurnBench::dual_stack();
  config.events = false;
  TurnBench bench(config);
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  REQUIRE(alice.permit(peer) == success);
  alice.disconnect();
  CHECK(bench.take_events().empty());
}

TEST_CASE("a channel's route says all that forwarding needs, and anew when it moves",
          "[turn][routes]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate(3600s) == success);
  REQUIRE(alice.permit(peer) == success);
  CHECK(bench.take_routes().empty());
  REQUIRE(alice.bind(0x4000, peer) == success);
  const turn::Time bound_at = bench.now;
  const auto route = only_route<turn::BindRoute>(bench.take_routes());
  CHECK(route.client == alice.tuple());
  CHECK(route.channel == turn::ChannelNumber{0x4000});
  CHECK(route.relayed == alice.relayed());
  CHECK(route.peer == peer);
  CHECK(route.channel_expires == bound_at + 600s);
  CHECK(route.permission_expires == bound_at + 300s);

  bench.advance(100s);
  SECTION("CreatePermission moves the permission of every channel of that peer") {
    REQUIRE(alice.bind(0x4001, "203.0.113.1:6000"_peer) == success);
    CHECK(bench.take_routes().size() == 2);
    REQUIRE(alice.permit("203.0.113.1:0"_peer) == success);
    const auto routes = bench.take_routes();
    REQUIRE(routes.size() == 2);
    const auto& moved = std::get<turn::BindRoute>(routes[0]);
    CHECK(moved.channel == turn::ChannelNumber{0x4000});
    CHECK(moved.channel_expires == bound_at + 600s);
    CHECK(moved.permission_expires == bench.now + 300s);
  }
  SECTION("ChannelBind moves both") {
    REQUIRE(alice.bind(0x4000, peer) == success);
    const auto moved = only_route<turn::BindRoute>(bench.take_routes());
    CHECK(moved.channel_expires == bench.now + 600s);
    CHECK(moved.permission_expires == bench.now + 300s);
  }
  SECTION("the end of the allocation drops it, before its relay closes") {
    alice.disconnect();
    const auto dropped = only_route<turn::DropRoute>(bench.take_routes());
    CHECK(dropped.client == alice.tuple());
    CHECK(dropped.channel == turn::ChannelNumber{0x4000});
    CHECK(dropped.relayed == alice.relayed());
    CHECK(dropped.peer == peer);
  }
  SECTION("another peer's permission does not touch it") {
    REQUIRE(alice.permit("203.0.113.2:0"_peer) == success);
    REQUIRE(alice.refresh() == success);
    CHECK(bench.take_routes().empty());
  }
}

TEST_CASE("the route of one half of a dual allocation goes with that half", "[turn][routes]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate({.additional_family = ipv6}) == success);
  REQUIRE(alice.bind(0x4000, peer) == success);
  REQUIRE(alice.bind(0x4001, "[2001:db8:1::1]:5000"_peer) == success);
  CHECK(bench.take_routes().size() == 2);
  REQUIRE(alice.refresh(0s, ipv6) == success);
  const auto dropped = only_route<turn::DropRoute>(bench.take_routes());
  CHECK(dropped.channel == turn::ChannelNumber{0x4001});
  CHECK(dropped.relayed == alice.relayed(Family::ipv6));
}

TEST_CASE("a route tells the address that the relay is bound to", "[turn][routes]") {
  turn::Config config;
  config.relay_addresses = {{"10.0.0.5"_ip, "198.51.100.100"_ip}};
  TurnBench bench(config);
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  REQUIRE(alice.bind(0x4000, peer) == success);
  CHECK(only_route<turn::BindRoute>(bench.take_routes()).relayed.ip == "10.0.0.5"_ip);
}

TEST_CASE("where every datagram is asked about there is no route", "[turn][routes]") {
  turn::Config config = TurnBench::dual_stack();
  SECTION("a peer on this host") {
    TurnBench bench(config);
    BenchClient alice = bench.client("198.51.100.7:40000");
    REQUIRE(alice.allocate() == success);
    REQUIRE(alice.bind(0x4000, {"192.0.2.1"_ip, 50001}) == success);
    alice.disconnect();
    CHECK(bench.take_routes().empty());
  }
  SECTION("a bandwidth limit") {
    config.max_bps = 1000;
    TurnBench bench(config);
    BenchClient alice = bench.client("198.51.100.7:40000");
    REQUIRE(alice.allocate() == success);
    REQUIRE(alice.bind(0x4000, peer) == success);
    alice.disconnect();
    CHECK(bench.take_routes().empty());
  }
}

}  // namespace
}  // namespace support
