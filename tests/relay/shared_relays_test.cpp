// The pool of shared relay sockets: who is at home where, and which socket leads to a peer.
#include "relay/shared_relays.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/support/turn_fakes.h"

namespace relay::test {
using namespace std::chrono_literals;

namespace {

const auto loopback = turn::IpAddress::v4({127, 0, 0, 1});
const auto second = turn::IpAddress::v4({127, 0, 0, 2});
const turn::TransportAddress sfu{turn::IpAddress::v4({203, 0, 113, 1}), 5000};

/// Opens real sockets on loopback, permits everything, reads nothing.
struct Pool final : SharedOwner {
  ~Pool() { relays.reset(); }

  bool permits(turn::RelayId, const turn::TransportAddress&, turn::Time) override { return true; }
  std::unique_ptr<SharedSocket> open_shared(const turn::IpAddress& ip, SharedNumber number,
                                            turn::Time) override {
    if (may_open-- == 0) return may_open = 0, nullptr;
    auto socket = net::DatagramSocket::open({.address = {ip, 0}});
    REQUIRE(socket);
    ++open;
    auto shared = std::make_unique<SharedSocket>(*this, number, std::move(*socket));
    opened.push_back(shared.get());
    return shared;
  }
  void read_shared(SharedSocket&) override {}
  void on_shared_error(SharedSocket&) override {}
  void close_shared(std::unique_ptr<SharedSocket>) override { --open; }

  turn::RelayId next() { return {.slot = ++last_slot, .generation = 1}; }
  std::optional<turn::TransportAddress> enter(turn::RelayId relay,
                                              const turn::IpAddress& ip = loopback) {
    return relays->enter(relay, ip, now);
  }
  turn::TransportAddress route(turn::RelayId relay, const turn::TransportAddress& peer) {
    const net::DatagramSocket* const socket = relays->socket_to(relay, peer, now);
    return socket != nullptr ? socket->local() : turn::TransportAddress{};
  }

  int may_open = 1000, open = 0;
  std::vector<SharedSocket*> opened;
  std::uint32_t last_slot = 0;
  turn::Time now{std::chrono::hours(1)};
  support::SeededRandom random{1};
  std::optional<SharedRelays> relays{std::in_place, *this, random};
};

constexpr std::uint32_t sockets = SharedRelays::sockets_per_address;

}  // namespace

TEST_CASE("the first relays have a socket to themselves, then they share evenly", "[shared]") {
  Pool pool;
  std::map<turn::TransportAddress, std::uint32_t> homes;
  for (std::uint32_t i = 0; i < sockets; ++i) ++homes[pool.enter(pool.next()).value()];
  CHECK(homes.size() == sockets);
  for (std::uint32_t i = 0; i < 2 * sockets; ++i) ++homes[pool.enter(pool.next()).value()];
  CHECK(homes.size() == sockets);
  for (const auto& [home, relays] : homes) CHECK(relays == 3);
  CHECK(pool.open == sockets);
}

TEST_CASE("sockets are opened when they are needed and closed with the pool", "[shared]") {
  Pool pool;
  CHECK(pool.open == 0);
  const auto relay = pool.next();
  const auto home = pool.enter(relay);
  CHECK(home == pool.relays->home(relay));
  CHECK(pool.open == 1);
  pool.relays->leave(relay, pool.now);
  CHECK(pool.open == 1);
  pool.relays.reset();
  CHECK(pool.open == 0);
}

TEST_CASE("every relay address has sockets of its own", "[shared]") {
  Pool pool;
  const auto here = pool.next(), there = pool.next();
  CHECK(pool.enter(here)->ip == loopback);
  CHECK(pool.enter(there, second)->ip == second);
  // Two pairs of one peer on two addresses do not meet.
  CHECK(pool.route(here, sfu) == pool.relays->home(here));
  CHECK(pool.route(there, sfu) == pool.relays->home(there));
}

TEST_CASE("without a port there is no home; with one there is for all", "[shared]") {
  Pool pool;
  pool.may_open = 0;
  CHECK_FALSE(pool.enter(pool.next()));
  pool.may_open = 1;
  const auto home = pool.enter(pool.next());
  REQUIRE(home);
  CHECK(pool.enter(pool.next()) == home);
}

TEST_CASE("a home has room for so many relays, and again when one leaves", "[shared]") {
  Pool pool;
  pool.may_open = 1;
  for (std::uint32_t i = 0; i < SharedRelays::max_relays_of_socket; ++i) {
    REQUIRE(pool.enter(pool.next()));
  }
  CHECK_FALSE(pool.enter(pool.next()));
  pool.relays->leave({.slot = 1, .generation = 1}, pool.now);
  CHECK(pool.enter(pool.next()));
}

TEST_CASE("any number of clients talk to one peer: each from another socket", "[shared]") {
  Pool pool;
  std::set<turn::TransportAddress> sources;
  std::uint32_t own = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto relay = pool.next();
    REQUIRE(pool.enter(relay));
    const auto source = pool.route(relay, sfu);
    CHECK(pool.route(relay, sfu) == source);
    if (source == turn::TransportAddress{}) {
      ++own;
    } else {
      CHECK(sources.insert(source).second);
    }
  }
  CHECK(sources.size() == sockets);
  CHECK(own == 100 - sockets);
}

TEST_CASE("a client that comes back finds a socket that its last pair is not held back on",
          "[shared]") {
  Pool pool;
  for (std::uint32_t i = 0; i < 2 * sockets; ++i) {
    const auto relay = pool.next();
    const auto home = pool.enter(relay);
    CHECK(pool.route(relay, sfu) == (i < sockets ? home.value() : turn::TransportAddress{}));
    pool.relays->leave(relay, pool.now);
  }
  pool.now += SharedPairs::departed_time;
  const auto relay = pool.next();
  const auto home = pool.enter(relay);
  CHECK(pool.route(relay, sfu) == home);
}

TEST_CASE("a relay reaches itself by its home while that is its own", "[shared]") {
  Pool pool;
  const auto alice = pool.next();
  const auto at_alice = pool.enter(alice).value();
  CHECK(pool.route(alice, at_alice) == at_alice);
  pool.relays->expect(alice, loopback, pool.now);
  CHECK(pool.relays->owner(*pool.opened[0], at_alice, pool.now) == alice);
}

TEST_CASE("a socket that relays share does not send to itself", "[shared]") {
  Pool pool;
  pool.may_open = 2;
  const auto alice = pool.next(), other = pool.next(), bob = pool.next();
  const auto at_alice = pool.enter(alice).value(), at_other = pool.enter(other).value();
  REQUIRE(pool.enter(bob) == at_alice);
  CHECK(pool.route(alice, at_alice) == at_other);
  CHECK(pool.route(alice, at_other) == at_alice);
  CHECK(pool.route(bob, at_other) == turn::TransportAddress{});  // Not from there to itself.
}

TEST_CASE("a datagram between two who share a home is for the one who did not send it",
          "[shared]") {
  Pool pool;
  pool.may_open = 2;
  const auto alice = pool.next(), other = pool.next(), bob = pool.next();
  const auto home = pool.enter(alice).value();
  REQUIRE(pool.enter(other) != home);
  REQUIRE(pool.enter(bob) == home);
  for (const auto relay : {alice, bob}) pool.relays->expect(relay, loopback, pool.now);

  // Alice writes to the address that she and Bob have in common: by the other socket.
  const auto source = pool.route(alice, home);
  CHECK(source == pool.relays->home(other));
  const SharedSocket& arrived = *pool.opened[0];
  REQUIRE(arrived.socket.local() == home);
  CHECK(pool.relays->owner(arrived, source, pool.now) == bob);
}

}  // namespace relay::test
