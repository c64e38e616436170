// Many allocations one after the other through the running relay, on sockets that come back.
#include <malloc.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "net/free_ports.h"
#include "service/running_relay.h"

namespace relay::test {
using turn::Transport;

namespace {

constexpr std::size_t capacity = 128;  // an eighth of the ports below
constexpr std::uint16_t port_count = 8 * capacity;

/// A port that another program has is passed over.
void use_few_ports(Settings& settings) {
  settings.min_port = 50'000;
  settings.max_port = settings.min_port + port_count - 1;
}

/// Keeps nothing.
struct NoSink final : observe::EventSink {
  bool wants_events() const override { return false; }
  void event(std::size_t, const turn::Event&) override {}
  void warn(std::string_view) override {}
  void debug(std::string_view) override {}
};

std::size_t descriptor_count() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

/// Bytes that wait in the UDP sockets of this host, by their port.
std::map<std::uint16_t, std::size_t> waiting_bytes() {
  std::map<std::uint16_t, std::size_t> waiting;
  std::ifstream table("/proc/net/udp");
  std::string line;
  std::getline(table, line);  // the heading
  while (std::getline(table, line)) {
    unsigned address = 0, port = 0, rest = 0, state = 0, sent = 0, received = 0;
    if (std::sscanf(line.c_str(), " %*u: %x:%x %*x:%x %x %x:%x", &address, &port, &rest, &state,
                    &sent, &received) == 6) {
      waiting[static_cast<std::uint16_t>(port)] += received;
    }
  }
  return waiting;
}

/// Allocates and gives back; the ports that it had.
std::set<std::uint16_t> cycle(WireClient& client, int times) {
  std::set<std::uint16_t> ports;
  for (int i = 0; i < times; ++i) {
    ports.insert(client.allocate().port);
    client.refresh(0);
  }
  return ports;
}

}  // namespace

TEST_CASE("20,000 allocations leave no descriptor and no memory behind", "[relay][heap]") {
  const std::size_t before = descriptor_count();
  {
    NoSink sink;
    const auto service = Service::start(test_plan(use_few_ports), sink);
    REQUIRE(service);
    WireClient client(Transport::udp, (*service)->udp_listeners().front());
    const std::size_t started = descriptor_count();
    cycle(client, 1000);
    const std::size_t heap = ::mallinfo2().uordblks;
    cycle(client, 19'000);
    CHECK(descriptor_count() == started + capacity * 3 / 4);  // what random choice needs
    CHECK(::mallinfo2().uordblks < heap + 64 * 1024);
  }
  CHECK(descriptor_count() == before);
}

TEST_CASE("what is sent to the sockets of ended allocations does not pile up", "[relay]") {
  RunningRelay relay(use_few_ports);
  WireClient client = relay.client(Transport::udp);
  const std::set<std::uint16_t> ports = cycle(client, 300);
  UdpSocket peer;
  for (const std::uint16_t port : ports) {
    for (int i = 0; i < 20; ++i) {
      peer.send({peer.address().ip, port}, to_buffer("nobody is here any more"));
    }
  }
  std::size_t bound = 0;
  CHECK(eventually([&] {
    std::size_t bytes = 0;
    bound = 0;
    for (const auto& [port, waiting] : waiting_bytes()) {
      if (!ports.contains(port)) continue;
      ++bound;
      bytes += waiting;
    }
    return bytes == 0;
  }));
  CHECK(bound >= capacity / 2);
}

TEST_CASE("a recycled relay has the permissions and channels of its new owner only",
          "[relay][rfc8656-9]") {
  RunningRelay relay(use_few_ports);
  WireClient former = relay.client(Transport::udp), client = relay.client(Transport::udp);
  UdpSocket peer;
  cycle(former, 1000);
  std::map<std::uint16_t, int> times;
  for (int i = 0; i < 200; ++i) {
    const TransportAddress relayed = former.allocate();
    former.bind(0x4000, peer.address());
    peer.send(relayed, to_buffer("to the former"));
    CHECK(former.receive_channel_data(0x4000) == to_buffer("to the former"));
    former.refresh(0);
    peer.send(relayed, to_buffer("too late"));

    const TransportAddress own = client.allocate();
    client.bind(0x4001, peer.address());
    peer.send(own, to_buffer("to the new one"));
    CHECK(client.receive_channel_data(0x4001) == to_buffer("to the new one"));
    client.refresh(0);
    ++times[relayed.port];
    ++times[own.port];
  }
  CHECK(times.size() < 400);  // some were had twice
}

TEST_CASE("a range without room for spare ports is given out whole, then 508",
          "[relay][rfc8656-7.2]") {
  const std::uint16_t first = find_free_ports(4);
  RunningRelay relay([&](Settings& settings) {
    settings.min_port = first;
    settings.max_port = static_cast<std::uint16_t>(first + 3);
    settings.workers = 2;
  });
  for (int round = 0; round < 3; ++round) {
    std::vector<WireClient> clients;
    std::set<std::uint16_t> ports;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(relay.client(Transport::udp));
      ports.insert(clients.back().allocate().port);
    }
    CHECK(ports.size() == 4);
    WireClient late = relay.client(Transport::udp);
    const Buffer refused = late.request(stun::Method::allocate, [](stun::MessageBuilder& message) {
      message.add_leading_u8(stun::AttributeType::requested_transport, 17);
    });
    CHECK(error_code(refused) == 508);
    for (WireClient& client : clients) client.refresh(0);
  }
}

}  // namespace relay::test
