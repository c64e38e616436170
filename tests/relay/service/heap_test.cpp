// No heap allocation per relayed packet: counted in the threads of the relay, not in this one.
#include <catch2/catch.hpp>

#include "service/running_relay.h"
#include "tests/support/heap_count.h"

namespace relay::test {
using support::heap_allocations, support::ignore_heap_of_this_thread;
using turn::Transport;

namespace {

constexpr std::uint16_t channel = 0x4000;
constexpr int warm_up = 200, measured = 2000;

/// Bursts of mixed sizes both ways; each is waited for, so nothing is lost.
void exchange_bursts(WireClient& client, UdpSocket& peer, const TransportAddress& relayed,
                     int rounds) {
  const Buffer big = pattern(1100, 1), small = pattern(160, 2);
  for (int round = 0; round < rounds; ++round) {
    const Buffer& payload = round % 2 == 0 ? big : small;
    const int burst = 1 + round % 5;
    for (int i = 0; i < burst; ++i) client.send_channel_data(channel, payload);
    for (int i = 0; i < burst; ++i) REQUIRE(peer.receive().bytes.size() == payload.size());
    for (int i = 0; i < burst; ++i) peer.send(relayed, payload);
    for (int i = 0; i < burst; ++i) {
      REQUIRE(client.receive_channel_data(channel).size() == payload.size());
    }
  }
}

}  // namespace

TEST_CASE("a relayed packet costs no heap allocation", "[relay][heap]") {
  const Transport transport = GENERATE(Transport::udp, Transport::tcp);
  const auto sockets = GENERATE(RelaySharing::own, RelaySharing::shared);
  CAPTURE(transport == Transport::tcp, sockets == RelaySharing::shared);
  ignore_heap_of_this_thread();
  RunningRelay relay([&](relay::Settings& settings) { settings.relay_sockets = sockets; });
  WireClient client = relay.client(transport);
  UdpSocket peer;
  const TransportAddress relayed = client.allocate();
  client.bind(channel, peer.address());
  exchange_bursts(client, peer, relayed, warm_up);

  const std::uint64_t before = heap_allocations();
  exchange_bursts(client, peer, relayed, measured);
  CHECK(heap_allocations() == before);
}

TEST_CASE("over TLS a packet costs no heap allocation of ours, and few of OpenSSL",
          "[relay][tls][heap]") {
  ignore_heap_of_this_thread();
  REQUIRE(support::openssl_heap_is_counted());
  RunningRelay relay;
  WireClient client = relay.client(Transport::tls);
  UdpSocket peer;
  const TransportAddress relayed = client.allocate();
  client.bind(channel, peer.address());
  exchange_bursts(client, peer, relayed, warm_up);

  const std::uint64_t before = support::own_heap_allocations();
  exchange_bursts(client, peer, relayed, measured);
  CHECK(support::own_heap_allocations() == before);

  // Alone in its record: its buffers, and what writes and reads their headers.
  constexpr int packets = 500;
  const Buffer payload = pattern(160, 1);
  const std::uint64_t before_records = support::heap_allocations_of_openssl();
  for (int i = 0; i < packets; ++i) {
    client.send_channel_data(channel, payload);
    peer.send(relayed, peer.receive().bytes);
    REQUIRE(client.receive_channel_data(channel) == payload);
  }
  const auto of_records = support::heap_allocations_of_openssl() - before_records;
  CHECK(of_records <= packets * (3 + 4));
}

TEST_CASE("over DTLS a packet costs no heap allocation, as long as the client is not idle",
          "[relay][dtls][heap]") {
  ignore_heap_of_this_thread();
  REQUIRE(support::openssl_heap_is_counted());
  RunningRelay relay([](relay::Settings& settings) { settings.tls.datagrams = true; });
  WireClient client = relay.client(Transport::dtls);
  UdpSocket peer;
  const TransportAddress relayed = client.allocate();
  client.bind(channel, peer.address());
  exchange_bursts(client, peer, relayed, warm_up);

  const std::uint64_t before = support::own_heap_allocations();
  const std::uint64_t before_openssl = support::heap_allocations_of_openssl();
  exchange_bursts(client, peer, relayed, measured);
  CHECK(support::own_heap_allocations() == before);
  // Its buffers, should this test stand still for a second.
  CHECK(support::heap_allocations_of_openssl() - before_openssl <= 20);
}

TEST_CASE("the counter of the heap counts other threads", "[relay][heap]") {
  ignore_heap_of_this_thread();
  const std::uint64_t before = heap_allocations();
  RunningRelay relay;
  WireClient client = relay.client(Transport::tcp);
  client.allocate();
  CHECK(heap_allocations() > before);
}

}  // namespace relay::test
