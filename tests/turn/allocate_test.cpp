// Receiving an Allocate Request (RFC 8656 7.2): what is granted, and what is refused in which
// order.
#include "tests/support/turn_bench.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace support {
namespace {

using namespace std::chrono_literals;
using stun::AttributeType;

constexpr turn::ReservationToken wrong_token{};

TEST_CASE("an allocation tells the client its relayed and its mapped address",
          "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const Answer answer = alice.allocate();
  REQUIRE(answer == success);
  REQUIRE(answer.relayed().size() == 1);
  CHECK(answer.relayed()[0].ip == "192.0.2.1"_ip);
  CHECK(bench.is_open(answer.relayed()[0]));
  CHECK(answer.mapped() == "198.51.100.7:40000"_peer);
  CHECK_FALSE(answer.token());
  CHECK_FALSE(answer.address_error());
  CHECK(stun::verify_integrity(answer.message(), FakeAuthenticator::key_of("alice")));
  CHECK(bench.server.allocation_count() == 1);
}

TEST_CASE("a lifetime is at least 600 s and at most an hour", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  CHECK(alice.allocate().lifetime() == 600s);
  for (const auto& [wanted, granted] : {std::pair{0s, 600s},
                                        {1s, 600s},
                                        {600s, 600s},
                                        {601s, 601s},
                                        {3600s, 3600s},
                                        {3601s, 3600s},
                                        {0xffffffffs, 3600s}}) {
    REQUIRE(alice.refresh(0s) == success);
    CAPTURE(wanted.count());
    CHECK(alice.allocate(wanted).lifetime() == granted);
  }
}

TEST_CASE("the operator's longest lifetime counts, below 600 s too", "[turn][rfc8656-7.2]") {
  turn::Config config = TurnBench::dual_stack();
  config.max_lifetime = 120s;
  TurnBench bench(config);
  BenchClient alice = bench.client("198.51.100.7:40000");
  CHECK(alice.allocate(3600s).lifetime() == 120s);
  CHECK(alice.refresh(3600s).lifetime() == 120s);
  bench.advance(121s);
  CHECK(bench.server.allocation_count() == 0);
}

TEST_CASE("a retransmitted Allocate gets the same answer and makes nothing",
          "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  SECTION("plain") {
    const Answer first = alice.allocate(1000s);
    bench.advance(3s);
    CHECK(alice.retransmit().bytes() == first.bytes());
  }
  SECTION("with a reserved port") {
    const Answer first = alice.allocate({.even_port = and_reserve_next});
    REQUIRE(first.token());
    CHECK(alice.retransmit().bytes() == first.bytes());
    CHECK(bench.taken_ports() == 2);
  }
  SECTION("dual, one family refused") {
    bench.port_failure = [](const auto& open) { return !open.ip.is_v4(); };
    const Answer first = alice.allocate({.additional_family = ipv6});
    REQUIRE(first.address_error());
    CHECK(alice.retransmit().bytes() == first.bytes());
  }
  CHECK(bench.server.allocation_count() == 1);
  CHECK(bench.quota.held() == 1);
  CHECK(bench.server.counters().allocations_made == 1);
}

TEST_CASE("a second Allocate on a five-tuple in use is a mismatch", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);

  SECTION("by the same user") { CHECK(alice.allocate() == error(437)); }
  SECTION("by another user") { CHECK(alice.as("bob").allocate() == error(437)); }
  SECTION("whatever else is wrong with it") {
    CHECK(alice.allocate({.transport = {}}) == error(437));
    CHECK(alice.allocate({.transport = 6}) == error(437));
  }
  SECTION("another user cannot retransmit it") {
    BenchClient bob = bench.client("198.51.100.9:40000");
    const Answer first = bob.allocate();
    BenchClient thief = bob.as("mallory");
    auto request = thief.make({stun::Method::allocate, stun::Class::request},
                              [](stun::MessageBuilder& message) {
                                message.add_text(AttributeType::username, "mallory");
                                message.add_leading_u8(AttributeType::requested_transport, 17);
                              });
    std::ranges::copy(first.message().transaction_id(), request.begin() + 8);
    CHECK(thief.exchange(request) == error(437));
  }
  SECTION("until it expires") {
    bench.sleep(600s);
    CHECK(alice.allocate() == success);
  }
  SECTION("another transport or address is another five-tuple") {
    CHECK(bench.client("198.51.100.7:40000", turn::Transport::tcp).allocate() == success);
    CHECK(bench.client("198.51.100.7:40001").allocate() == success);
    CHECK(bench.client("198.51.100.8:40000").allocate() == success);
  }
}

TEST_CASE("REQUESTED-TRANSPORT is there, whole, and relayed", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  CHECK(alice.allocate({.transport = {}}) == error(400));
  CHECK(alice.allocate({.transport = 33}) == error(442));
  CHECK(alice.request(stun::Method::allocate, [](stun::MessageBuilder& message) {
    message.add(AttributeType::requested_transport, std::array{std::byte{17}});
  }) == error(400));
  CHECK(bench.taken_ports() == 0);
  CHECK(bench.quota.held() == 0);
}

TEST_CASE("a server that relays no UDP says so", "[turn][rfc8656-7.2]") {
  turn::Config config = TurnBench::dual_stack();
  config.udp_relay = false;
  TurnBench bench(config);
  CHECK(bench.client("198.51.100.7:40000").allocate() == error(442));
  CHECK(bench.client("198.51.100.7:40000").allocate({.even_port = 0, .token = wrong_token}) ==
        error(442));
}

TEST_CASE("DONT-FRAGMENT in an Allocate is understood", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  CHECK(bench.client("198.51.100.7:40000").allocate({.dont_fragment = true}) == success);
}

TEST_CASE("attributes that exclude each other are refused before their values are looked at",
          "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const std::uint8_t unknown_family = 0x03;
  CHECK(alice.allocate({.family = ipv4, .token = wrong_token}) == error(400));
  CHECK(alice.allocate({.family = unknown_family, .token = wrong_token}) == error(400));
  CHECK(alice.allocate({.additional_family = ipv6, .token = wrong_token}) == error(400));
  CHECK(alice.allocate({.even_port = 0, .token = wrong_token}) == error(400));
  CHECK(alice.allocate({.family = ipv4, .additional_family = ipv6}) == error(400));
  CHECK(alice.allocate({.family = unknown_family, .additional_family = ipv6}) == error(400));
  CHECK(alice.allocate({.additional_family = ipv6, .even_port = and_reserve_next}) == error(400));
  CHECK(alice.allocate({.additional_family = ipv4}) == error(400));
  CHECK(alice.allocate({.token = wrong_token}) == error(508));
  CHECK(alice.allocate({.family = unknown_family}) == error(440));
  CHECK(bench.quota.held() == 0);
  CHECK(bench.taken_ports() == 0);
}

TEST_CASE("an attribute of a wrong size is a bad request", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const auto type = GENERATE(AttributeType::lifetime, AttributeType::requested_address_family,
                             AttributeType::additional_address_family,
                             AttributeType::reservation_token, AttributeType::even_port);
  CHECK(alice.request(stun::Method::allocate, [&](stun::MessageBuilder& message) {
    message.add_leading_u8(AttributeType::requested_transport, 17);
    message.add(type, std::array<std::byte, 3>{});
  }) == error(400));
}

TEST_CASE("quotas are answered 486 and charge nothing", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  BenchClient again = bench.client("198.51.100.7:40001");
  BenchClient bob = bench.client("198.51.100.8:40000", turn::Transport::udp, "bob");
  SECTION("of one user") {
    bench.quota.per_user = 1;
    REQUIRE(alice.allocate() == success);
    CHECK(again.allocate() == error(486));
    CHECK(bob.allocate() == success);
    REQUIRE(alice.refresh(0s) == success);
    CHECK(again.allocate() == success);
  }
  SECTION("of the server") {
    bench.quota.total = 1;
    REQUIRE(alice.allocate() == success);
    CHECK(bob.allocate() == error(486));
    bench.advance(601s);
    CHECK(bob.allocate() == success);
  }
  SECTION("of bandwidth") {
    bench.quota.bandwidth_left = false;
    CHECK(alice.allocate() == error(486));
  }
  CHECK(bench.quota.held() == bench.server.allocation_count());
}

TEST_CASE("no port left is 508, and what was charged is given back", "[turn][rfc8656-7.2]") {
  TurnBench bench(TurnBench::dual_stack(), {}, 50000, 50001);
  BenchClient alice = bench.client("198.51.100.7:40000");
  BenchClient bob = bench.client("198.51.100.8:40000", turn::Transport::udp, "bob");
  BenchClient carol = bench.client("198.51.100.9:40000", turn::Transport::udp, "carol");
  REQUIRE(alice.allocate() == success);
  REQUIRE(bob.allocate() == success);
  CHECK(carol.allocate() == error(508));
  CHECK(bench.quota.held_by("carol") == 0);
  CHECK(bench.server.allocation_count() == 2);
  alice.disconnect();
  CHECK(carol.allocate() == success);
}

TEST_CASE("a draining server refuses newcomers alone", "[turn][drain]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  const Answer first = alice.retransmit();
  bench.server.begin_drain();
  CHECK(bench.client("198.51.100.8:40000").allocate() == error(403));
  CHECK(bench.quota.held() == 1);
  CHECK(alice.refresh() == success);
  CHECK(alice.permit("203.0.113.1:5000"_peer) == success);
  CHECK(alice.sends("203.0.113.1:5000"_peer, "hi") == to_peer("203.0.113.1:5000"_peer, "hi"));
}

TEST_CASE("relays open on the address that was asked when it relays, else in turn",
          "[turn][rfc8656-7.2]") {
  turn::Config config;
  config.relay_addresses = {{"192.0.2.1"_ip, {}}, {"192.0.2.2"_ip, {}}};
  const auto relay_ip = [](TurnBench& bench, std::string_view client) {
    return bench.client(client).allocate().relayed().at(0).ip;
  };
  SECTION("the asked one is no relay address: turns") {
    TurnBench bench(config);
    CHECK(relay_ip(bench, "198.51.100.7:1") != relay_ip(bench, "198.51.100.7:2"));
  }
  SECTION("the asked one is a relay address") {
    config.relay_addresses.push_back({"192.0.2.10"_ip, {}});
    TurnBench bench(config);
    CHECK(relay_ip(bench, "198.51.100.7:1") == "192.0.2.10"_ip);
    CHECK(relay_ip(bench, "198.51.100.7:2") == "192.0.2.10"_ip);
  }
}

TEST_CASE("relayed ports are not to be guessed from each other", "[turn][rfc8656-7.2]") {
  TurnBench bench(TurnBench::ipv4_only(), {}, 50000, 59999);
  std::vector<int> steps;
  int last = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string address = "198.51.100.7:" + std::to_string(1000 + i);
    const int port = bench.client(address).allocate().relayed().at(0).port;
    steps.push_back(port - last);
    last = port;
  }
  std::ranges::sort(steps);
  CHECK(std::ranges::unique(steps).empty());
}

}  // namespace
}  // namespace support
