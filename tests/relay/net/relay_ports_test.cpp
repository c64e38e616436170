#include "relay/net/relay_ports.h"

#include <catch2/catch.hpp>

#include "net/free_ports.h"
#include "relay/net/csprng.h"

namespace relay::net {
using namespace std::chrono_literals;
using turn::Parity;

namespace {

const auto loopback = stun::IpAddress::parse("127.0.0.1").value();
const auto external = stun::IpAddress::parse("203.0.113.9").value();
const turn::Time start{};

struct Bench {
  explicit Bench(std::uint16_t size)
      : first(test::find_free_ports(size)),
        ports({.addresses = {{loopback, external}},
               .first_port = first,
               .last_port = static_cast<std::uint16_t>(first + size - 1)}) {}

  auto open(Parity parity, turn::ReservationToken token = {}) {
    return ports.open({.relay = {}, .ip = loopback, .parity = parity, .token = token}, random,
                      start);
  }
  auto claim(turn::ReservationToken token, turn::Time now) {
    return ports.open({.relay = {}, .ip = loopback, .claim = true, .token = token}, random, now);
  }

  std::uint16_t first;
  Csprng random;
  RelayPorts ports;
};

constexpr turn::ReservationToken token{std::byte{1}};

}  // namespace

TEST_CASE("every port of the range is given out once, then none", "[relay]") {
  Bench bench(8);
  std::vector<DatagramSocket> sockets;
  for (int i = 0; i < 8; ++i) {
    auto socket = bench.open(Parity::any);
    REQUIRE(socket);
    CHECK(bench.ports.is_taken(socket->local()));
    CHECK(bench.ports.is_taken({external, socket->local().port}));
    sockets.push_back(std::move(*socket));
  }
  CHECK_FALSE(bench.open(Parity::any));
  const auto freed = sockets.back().local();
  sockets.pop_back();
  bench.ports.release(freed);
  CHECK_FALSE(bench.ports.is_taken(freed));
  const auto again = bench.open(Parity::any);
  REQUIRE(again);
  CHECK(again->local() == freed);
}

TEST_CASE("a port that another program holds is passed over and not lost", "[relay]") {
  Bench bench(2);
  auto foreign = DatagramSocket::open({.address = {loopback, bench.first}});
  REQUIRE(foreign);
  for (int i = 0; i < 8; ++i) {
    auto socket = bench.open(Parity::any);
    REQUIRE(socket);
    CHECK(socket->local().port == bench.first + 1);
    CHECK(bench.ports.taken_count() == 1);
    const auto bound = socket->local();
    socket.reset();
    bench.ports.release(bound);
  }
}

TEST_CASE("the port above an even one waits under its token", "[relay][rfc8656-7.2]") {
  Bench bench(8);
  const auto even = bench.open(Parity::even_and_reserve, token);
  REQUIRE(even);
  CHECK(even->local().port % 2 == 0);
  CHECK(bench.ports.taken_count() == 2);

  SECTION("and is claimed once") {
    const auto odd = bench.claim(token, start + 29s);
    REQUIRE(odd);
    CHECK(odd->local().port == even->local().port + 1);
    CHECK_FALSE(bench.claim(token, start + 29s));
  }
  SECTION("for half a minute") {
    bench.ports.expire(start + 29s);
    CHECK(bench.ports.taken_count() == 2);
    bench.ports.expire(start + 30s);
    CHECK(bench.ports.taken_count() == 1);
    CHECK_FALSE(bench.claim(token, start + 30s));
    // Its socket is closed: the port can be bound by anybody.
    const auto port = static_cast<std::uint16_t>(even->local().port + 1);
    CHECK(DatagramSocket::open({.address = {loopback, port}}).has_value());
  }
}

TEST_CASE("a pair of which the upper port is held by another program is not given out",
          "[relay][rfc8656-7.2]") {
  Bench bench(4);
  const auto upper = static_cast<std::uint16_t>((bench.first + 1) / 2 * 2 + 1);
  auto foreign = DatagramSocket::open({.address = {loopback, upper}});
  REQUIRE(foreign);
  for (int i = 0; i < 16; ++i) {
    const turn::ReservationToken own{std::byte(i)};
    const auto even = bench.open(Parity::even_and_reserve, own);
    if (!even) continue;  // an odd beginning leaves room for one pair only
    CHECK(even->local().port != upper - 1);
    auto odd = bench.claim(own, start);
    REQUIRE(odd);
    bench.ports.release(odd->local());
    bench.ports.release(even->local());
  }
  CHECK(bench.ports.taken_count() == 0);
}

}  // namespace relay::net
