// The relay sockets of workers that share a range of ports; each worker's event loop stands still.
#include "relay/relay_sockets.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <set>

#include "net/free_ports.h"
#include "relay/net/csprng.h"
#include "service/wire_client.h"

namespace relay {
using namespace std::chrono_literals;
using turn::Parity;

namespace {

const auto loopback = stun::IpAddress::parse("127.0.0.1").value();
const turn::Time start{};

/// Reads nothing, and notes which sockets it was told to forget.
struct NoReader final : PeerReader {
  void on_relay_ready(RelaySocket&) override {}
  void on_relay_error(RelaySocket&) override {}
  void forget(RelaySocket& relay) override { forgotten.push_back(relay.socket.local().port); }
  std::vector<std::uint16_t> forgotten;
};

struct Worker {
  explicit Worker(net::RelayPorts& ports) : sockets(ports, reactor, reader) {}

  std::unique_ptr<RelaySocket> open(Parity parity = Parity::any) {
    ++id.generation;
    return sockets.open({.relay = id, .ip = loopback, .parity = parity, .token = token()}, random,
                        start);
  }
  std::unique_ptr<RelaySocket> claim() {
    return sockets.open({.relay = id, .ip = loopback, .claim = true, .token = token()}, random,
                        start);
  }
  turn::ReservationToken token() const { return {std::byte(id.generation)}; }
  /// Opens `count` and closes them again.
  void churn(int count) {
    std::vector<std::unique_ptr<RelaySocket>> open_ones;
    for (int i = 0; i < count; ++i) {
      open_ones.push_back(open());
      REQUIRE(open_ones.back());
    }
    for (auto& relay : open_ones) sockets.close(std::move(relay));
  }

  turn::RelayId id;
  Reactor reactor;
  NoReader reader;
  net::Csprng random;
  RelaySockets sockets;
};

struct Bench {
  Bench(std::uint16_t size, std::size_t spare)
      : first(test::find_free_ports(size)),
        ports({.addresses = {{loopback, {}}},
               .first_port = first,
               .last_port = static_cast<std::uint16_t>(first + size - 1),
               .spare = spare}) {}

  bool is_bound(std::uint16_t port) const {
    return !net::DatagramSocket::open({.address = {loopback, port}});
  }
  int bound_count() const {
    int count = 0;
    for (int port = first; port <= ports.options().last_port; ++port) {
      count += is_bound(static_cast<std::uint16_t>(port));
    }
    return count;
  }

  std::uint16_t first;
  net::RelayPorts ports;
};

}  // namespace

TEST_CASE("a socket that came back is bound still, and counts as nobody's", "[relay]") {
  Bench bench(64, 8);
  {
    Worker worker(bench.ports);
    worker.churn(12);
    CHECK(bench.bound_count() == 8);  // the others are closed
    CHECK(bench.ports.taken_count() == 0);

    auto relay = worker.open();
    REQUIRE(relay);
    CHECK(bench.bound_count() == 8);  // one of them
    CHECK(bench.ports.taken_count() == 1);
    CHECK(relay->id == worker.id);
    worker.sockets.close(std::move(relay));
  }
  CHECK(bench.bound_count() == 0);
  CHECK(bench.ports.taken_count() == 0);
}

TEST_CASE("what was sent to a spare socket does not reach its next owner", "[relay]") {
  Bench bench(64, 4);
  Worker worker(bench.ports);
  worker.churn(4);
  test::UdpSocket peer;
  for (int port = bench.first; port < bench.first + 64; ++port) {
    peer.send({loopback, static_cast<std::uint16_t>(port)}, test::to_buffer("late"));
  }
  const auto relay = worker.open();
  REQUIRE(relay);
  CHECK(bench.bound_count() == 4);
  CHECK(::recv(relay->socket.fd(), nullptr, 0, MSG_DONTWAIT | MSG_PEEK) < 0);
  peer.send(relay->socket.local(), test::to_buffer("new"));
  CHECK(::recv(relay->socket.fd(), nullptr, 0, MSG_DONTWAIT | MSG_TRUNC) == 3);
  bench.ports.release(relay->socket.local());
}

TEST_CASE("a relay that another socket was bound beside is closed", "[relay]") {
  Bench bench(64, 4);
  Worker worker(bench.ports);
  auto relay = worker.open();
  REQUIRE(relay);
  auto beside = bench.ports.open_beside(relay->socket);
  REQUIRE(beside);
  relay->lane = std::make_unique<RelaySocket>(worker.reader, relay->id, std::move(*beside));
  auto tried = worker.open();
  REQUIRE(tried);
  tried->may_have_lane = false;
  CHECK(bench.bound_count() == 2);
  worker.sockets.close(std::move(relay));
  worker.sockets.close(std::move(tried));
  CHECK(bench.bound_count() == 0);
}

TEST_CASE("the next owner of a relay socket finds nothing of the former one", "[relay]") {
  Bench bench(64, 4);
  Worker worker(bench.ports);
  std::vector<std::unique_ptr<RelaySocket>> open_ones;
  for (int i = 0; i < 4; ++i) open_ones.push_back(worker.open());
  for (auto& relay : open_ones) {
    relay->has_more = true;
    relay->reads_to_look = relay->streak = 7;
    relay->usual_peer = {loopback, 9};
    relay->socket.lower_segment_limit(1);
    worker.sockets.close(std::move(relay));
  }
  const auto relay = worker.open();
  REQUIRE(relay);
  REQUIRE(bench.bound_count() == 4);
  CHECK_FALSE(relay->has_more);
  CHECK(relay->reads_to_look == 0);
  CHECK(relay->streak == 0);
  CHECK(relay->usual_peer == stun::TransportAddress{});
  CHECK(relay->socket.segment_limit() > 1);
  bench.ports.release(relay->socket.local());
}

TEST_CASE("whoever reads a relay forgets it before it is kept, reused or closed", "[relay]") {
  Bench bench(64, 4);
  Worker worker(bench.ports);
  worker.churn(4);
  CHECK(worker.reader.forgotten.size() == 4);
  auto relay = worker.open();
  REQUIRE(relay);
  REQUIRE(worker.reader.forgotten.size() == 5);
  CHECK(worker.reader.forgotten.back() == relay->socket.local().port);
  worker.sockets.close(std::move(relay));
  worker.reader.forgotten.clear();
  // The last ports are found by giving the spare ones up.
  std::vector<std::unique_ptr<RelaySocket>> open_ones;
  for (int i = 0; i < 64; ++i) {
    open_ones.push_back(worker.open());
    REQUIRE(open_ones.back());
  }
  CHECK(worker.reader.forgotten.size() == 4);
}

TEST_CASE("a spare socket under a flood is closed instead of used", "[relay]") {
  Bench bench(64, 4);
  Worker worker(bench.ports);
  worker.churn(4);
  test::UdpSocket peer;
  for (int i = 0; i < 100; ++i) {
    for (int port = bench.first; port < bench.first + 64; ++port) {
      peer.send({loopback, static_cast<std::uint16_t>(port)}, test::to_buffer("x"));
    }
  }
  auto relay = worker.open();
  REQUIRE(relay);
  CHECK(::recv(relay->socket.fd(), nullptr, 0, MSG_DONTWAIT | MSG_PEEK) < 0);
  CHECK(bench.ports.taken_count() == 1);
  worker.sockets.close(std::move(relay));
}

TEST_CASE("EVEN-PORT and tokens are served as without spare sockets", "[relay][rfc8656-7.2]") {
  Bench bench(32, 4);
  Worker worker(bench.ports);
  worker.churn(8);
  auto even = worker.open(Parity::even_and_reserve);
  REQUIRE(even);
  CHECK(even->socket.local().port % 2 == 0);
  auto odd = worker.claim();
  REQUIRE(odd);
  CHECK(odd->socket.local().port == even->socket.local().port + 1);
  CHECK(bench.ports.taken_count() == 2);
  worker.sockets.close(std::move(even));
  worker.sockets.close(std::move(odd));

  std::vector<std::unique_ptr<RelaySocket>> pairs;
  while (auto relay = worker.open(Parity::even_and_reserve)) pairs.push_back(std::move(relay));
  // The spare ones were given up for the last of them.
  CHECK(pairs.size() >= 15);
  CHECK(bench.ports.taken_count() == 2 * pairs.size());
  for (auto& relay : pairs) worker.sockets.close(std::move(relay));
  worker.sockets.on_time(start + 1h);
  CHECK(bench.ports.taken_count() == 0);
}

TEST_CASE("a worker finds the last port among its own spare ones at once", "[relay]") {
  const auto size = static_cast<std::uint16_t>(GENERATE(range(5, 11)));
  CAPTURE(size);
  Bench bench(size, 4);
  Worker worker(bench.ports);
  worker.churn(4);
  std::set<std::uint16_t> given;
  std::vector<std::unique_ptr<RelaySocket>> open_ones;
  while (auto relay = worker.open()) {
    given.insert(relay->socket.local().port);
    open_ones.push_back(std::move(relay));
  }
  CHECK(given.size() == size);
  CHECK(open_ones.size() == size);
  for (auto& relay : open_ones) worker.sockets.close(std::move(relay));
  CHECK(bench.bound_count() == 0);  // scarce: none is kept
}

TEST_CASE("workers that run dry get the spare ports of the others", "[relay]") {
  const auto size = static_cast<std::uint16_t>(GENERATE(8, 10, 12));
  CAPTURE(size);
  Bench bench(size, 4);
  Worker a(bench.ports), b(bench.ports), c(bench.ports);
  a.churn(4);
  b.churn(4);
  std::set<std::uint16_t> given;
  std::vector<std::unique_ptr<RelaySocket>> open_ones;
  const auto fill = [&] {
    while (auto relay = c.open()) {
      given.insert(relay->socket.local().port);
      open_ones.push_back(std::move(relay));
    }
  };
  fill();
  CHECK(given.size() == std::size_t{size} - 8);
  a.sockets.on_time(start);
  fill();
  CHECK(given.size() == std::size_t{size} - 4);
  b.sockets.on_time(start);
  fill();
  CHECK(given.size() == size);
  CHECK(bench.ports.taken_count() == size);

  // They can be kept again when there are enough.
  for (auto& relay : open_ones) c.sockets.close(std::move(relay));
  CHECK(bench.bound_count() == 0);
  c.sockets.on_time(start);
  c.churn(4);
  CHECK(bench.bound_count() == 4);
}

TEST_CASE("few sockets are spare where ports or descriptors are few", "[relay]") {
  CHECK(spare_capacity(16'384, 1, 2, 1 << 20) == 512);
  CHECK(spare_capacity(16'384, 1, 16, 1 << 20) == 128);
  CHECK(spare_capacity(16'384, 2, 2, 4096) == 128);
  CHECK(spare_capacity(1024, 1, 2, 1 << 20) == 64);
  CHECK(spare_capacity(1000, 1, 2, 1 << 20) == 0);
  CHECK(spare_capacity(16'384, 1, 2, 1000) == 0);
  CHECK(spare_capacity(16'384, 0, 2, 1000) == 0);
}

}  // namespace relay
