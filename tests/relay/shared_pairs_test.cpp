// Whose is a datagram on a shared relay socket: the rules of relay/shared_pairs.h, one by one.
#include "relay/shared_pairs.h"

#include <catch2/catch.hpp>

#include "shared_pairs_bench.h"
#include "tests/support/heap_count.h"

namespace relay::test {
using namespace std::chrono_literals;

namespace {

const auto sfu = peer_at(1, 5000);
const auto nobody = std::unexpected(Unowned::nobody);
const auto ambiguous = std::unexpected(Unowned::ambiguous);
using Owner = std::expected<turn::RelayId, Unowned>;

}  // namespace

TEST_CASE("the first who sends to a peer has the pair on its home", "[shared]") {
  PairsBench bench;
  const auto alice = bench.enter(0, 2);
  bench.permit(alice, sfu);
  CHECK(bench.send(alice, sfu) == 2);
  CHECK(bench.send(alice, sfu) == 2);
  CHECK(bench.owner(2, sfu) == Owner(alice));
  CHECK(bench.pairs.holder(2, sfu) == alice);
}

TEST_CASE("the next ones have it on the next sockets, then on sockets of their own", "[shared]") {
  PairsBench bench;
  std::vector<turn::RelayId> relays;
  for (std::uint32_t i = 0; i < 6; ++i) {
    relays.push_back(bench.enter(i, 2));
    bench.permit(relays.back(), sfu);
  }
  const SharedNumber expected[] = {2, 3, 0, 1, own_socket, own_socket};
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(bench.send(relays[i], sfu) == expected[i]);
    CHECK(bench.send(relays[i], sfu) == expected[i]);
    if (expected[i] != own_socket) CHECK(bench.owner(expected[i], sfu) == Owner(relays[i]));
  }
}

TEST_CASE("another port of the peer is another pair", "[shared]") {
  PairsBench bench;
  const auto alice = bench.enter(0, 0), bob = bench.enter(1, 0);
  bench.permit(alice, sfu);
  bench.permit(bob, sfu);
  CHECK(bench.send(alice, peer_at(1, 5000)) == 0);
  CHECK(bench.send(bob, peer_at(1, 5001)) == 0);
  CHECK(bench.owner(0, peer_at(1, 5001)) == Owner(bob));
}

TEST_CASE("a socket that must be avoided is passed over", "[shared]") {
  PairsBench bench;
  const auto alice = bench.enter(0, 0);
  bench.permit(alice, sfu);
  bench.avoided = 0;
  CHECK(bench.send(alice, sfu) == 1);
}

TEST_CASE("a peer that speaks first is heard by the one relay that permits it", "[shared]") {
  PairsBench bench;
  const auto alice = bench.enter(0, 0), bob = bench.enter(1, 0), carol = bench.enter(2, 1);
  bench.permit(carol, sfu);
  CHECK(bench.owner(0, sfu) == Owner(nobody));
  bench.permit(alice, sfu);
  CHECK(bench.owner(0, sfu) == Owner(alice));

  SECTION("and stays its when another comes later") {
    bench.permit(bob, sfu);
    CHECK(bench.owner(0, sfu) == Owner(alice));
    CHECK(bench.owner(0, peer_at(1, 5001)) == Owner(ambiguous));
    CHECK(bench.send(bob, sfu) == 1);
    CHECK(bench.send(alice, sfu) == 0);
  }
  SECTION("a permission that is over counts no more") {
    bench.permit(bob, sfu);
    bench.revoke(bob, sfu);
    CHECK(bench.owner(0, peer_at(1, 5001)) == Owner(alice));
  }
  SECTION("on no socket but its home") { CHECK(bench.owner(2, sfu) == Owner(nobody)); }
}

TEST_CASE("nobody is guessed where two permit a peer", "[shared]") {
  PairsBench bench;
  const auto alice = bench.enter(0, 0), bob = bench.enter(1, 0);
  bench.permit(alice, sfu);
  bench.permit(bob, sfu);
  CHECK(bench.owner(0, sfu) == Owner(ambiguous));
  SECTION("who speaks to it is heard") {
    CHECK(bench.send(bob, sfu) == 0);
    CHECK(bench.owner(0, sfu) == Owner(bob));
  }
  SECTION("its sender is not who it is for, where another may be") {
    bench.sender = alice;
    CHECK(bench.owner(0, sfu) == Owner(bob));
    bench.revoke(bob, sfu);
    bench.now += 2s;
    CHECK(bench.owner(0, sfu) == Owner(alice));
  }
}

TEST_CASE("a source without a port is nobody's", "[shared]") {
  PairsBench bench;
  const auto alice = bench.enter(0, 0);
  bench.permit(alice, sfu);
  CHECK(bench.owner(0, peer_at(1, 0)) == Owner(nobody));
}

TEST_CASE("a pair is kept while its relay may hear the peer, however quiet they are", "[shared]") {
  PairsBench bench;
  const auto alice = bench.enter(0, 0), bob = bench.enter(1, 0);
  bench.permit(alice, sfu);
  bench.permit(bob, sfu);
  CHECK(bench.send(alice, sfu) == 0);
  bench.now += 24h;
  CHECK(bench.send(bob, sfu) == 1);
  CHECK(bench.owner(0, sfu) == Owner(alice));

  SECTION("then whoever wants it takes it") {
    const auto carol = bench.enter(2, 0);
    bench.permit(carol, sfu);
    bench.revoke(alice, sfu);
    CHECK(bench.send(carol, sfu) == 0);
    CHECK(bench.owner(0, sfu) == Owner(carol));
    CHECK(bench.send(bob, sfu) == 1);
    // When the first one may again, it starts anew.
    bench.permit(alice, sfu);
    CHECK(bench.send(alice, sfu) == 2);
  }
  SECTION("then a peer that goes on is heard by the one who permits it") {
    const auto dave = bench.enter(3, 0);
    bench.permit(dave, sfu);
    bench.revoke(alice, sfu);
    bench.revoke(bob, sfu);
    bench.now += 2s;
    CHECK(bench.owner(0, sfu) == Owner(dave));
  }
}

TEST_CASE("nobody inherits the packets of a relay that ended", "[shared]") {
  PairsBench bench;
  const auto alice = bench.enter(0, 0), bob = bench.enter(1, 0);
  bench.permit(alice, sfu);
  bench.permit(bob, sfu);
  CHECK(bench.send(alice, sfu) == 0);

  SECTION("while its peer may go on sending") {
    bench.leave(alice);
    CHECK(bench.owner(0, sfu) == Owner(nobody));
    CHECK_FALSE(bench.pairs.holder(0, sfu));
    CHECK(bench.send(bob, sfu) == 1);
    bench.now += 29s;
    CHECK(bench.owner(0, sfu) == Owner(nobody));
    bench.now += 1s;
    CHECK(bench.send(bob, sfu) == 1);
    const auto again = bench.enter(0, 0);
    bench.permit(again, sfu);
    CHECK(bench.send(again, sfu) == 0);
  }
  SECTION("unless they have been quiet for so long already") {
    bench.now += 30s;
    bench.leave(alice);
    CHECK(bench.send(bob, sfu) == 0);
  }
  SECTION("and nothing of it is left then") {
    bench.leave(alice);
    bench.leave(bob);
    CHECK(bench.pairs.size() == 1);
    bench.now += 30s;
    bench.pairs.expire(bench.now);
    CHECK(bench.pairs.size() == 0);
  }
}

TEST_CASE("a relay that has all it may have forgets what it used longest ago", "[shared]") {
  PairsBench bench;
  const auto alice = bench.enter(0, 0), bob = bench.enter(1, 1);
  bench.permit(alice, sfu);
  bench.permit(bob, sfu);
  CHECK(bench.send(bob, peer_at(1, 1)) == 1);
  constexpr auto most = static_cast<std::uint16_t>(SharedPairs::max_of_relay);
  for (std::uint16_t port = 1; port <= most; ++port) {
    bench.now += 2s;
    bench.send(alice, peer_at(1, 1));
    if (port > 1) bench.send(alice, peer_at(1, port));
  }
  CHECK(bench.pairs.size() == most + 2);  // Bob's two are his.
  CHECK(bench.pairs.route(alice, peer_at(1, 1), bench.now));
  CHECK(bench.pairs.route(bob, peer_at(1, 1), bench.now));
  bench.send(alice, peer_at(1, 9999));
  CHECK_FALSE(bench.pairs.route(alice, peer_at(1, 2), bench.now));
  CHECK(bench.pairs.route(alice, peer_at(1, 1), bench.now));
  CHECK(bench.pairs.size() == most + 2);
}

TEST_CASE("peers that speak first never make a relay forget", "[shared]") {
  PairsBench bench;
  const auto alice = bench.enter(0, 0);
  bench.permit(alice, sfu);
  CHECK(bench.send(alice, sfu) == 0);
  bench.now += 1h;
  for (std::uint16_t port = 1; port < 5000; ++port) {
    CHECK(bench.owner(0, peer_at(1, port)) == Owner(alice));
  }
  CHECK(bench.pairs.size() == SharedPairs::max_of_relay / 2);
  CHECK(bench.pairs.route(alice, sfu, bench.now) == SharedNumber{0});
}

TEST_CASE("the pairs of ended relays are bounded in all; the oldest is free earlier", "[shared]") {
  PairsBench bench;
  bench.range.count = 1;
  std::uint32_t count = 0;
  for (; count <= SharedPairs::max_departed; ++count) {
    const auto relay = bench.enter(0, 0);
    const auto peer = peer_at(count & 0xffff, static_cast<std::uint16_t>(1 + (count >> 16)));
    bench.permit(relay, peer);
    REQUIRE(bench.send(relay, peer) == 0);
    bench.leave(relay);
  }
  CHECK(bench.pairs.size() == SharedPairs::max_departed);
  const auto late = bench.enter(0, 0);
  bench.permit(late, peer_at(0, 1));
  CHECK(bench.send(late, peer_at(0, 1)) == 0);
  bench.permit(late, peer_at(1, 1));
  CHECK(bench.send(late, peer_at(1, 1)) == own_socket);
}

TEST_CASE("a relay is known by its slot and generation", "[shared]") {
  PairsBench bench;
  const auto old = bench.enter(3, 0);
  bench.leave(old);
  CHECK_FALSE(bench.pairs.has(old));
  const auto fresh = bench.enter(3, 1);
  CHECK(bench.pairs.has(fresh));
  CHECK_FALSE(bench.pairs.has(old));
  CHECK_FALSE(bench.pairs.has({.slot = 77, .generation = 1}));
  CHECK(bench.pairs.home(fresh) == 1);
}

TEST_CASE("what flows takes no heap and asks for no permission", "[shared]") {
  PairsBench bench;
  const auto alice = bench.enter(0, 0);
  bench.permit(alice, sfu);
  bench.send(alice, sfu);
  const std::uint64_t before = support::heap_allocations();
  bench.questions = 0;
  for (int i = 0; i < 1000; ++i) {
    bench.now += 20ms;
    bench.send(alice, sfu);
    const bool hers = bench.owner(0, sfu) == Owner(alice);
    if (!hers) FAIL("lost");
  }
  CHECK(support::heap_allocations() == before);
  CHECK(bench.questions == 0);
}

}  // namespace relay::test
