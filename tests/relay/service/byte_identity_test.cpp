// What goes in comes out, byte for byte and in order: many clients and peers, datagrams of random
// sizes in bursts of random length, whether they are merged on the way in (GRO) and sent as trains
// (GSO) or not, on relay sockets of the clients' own and on shared ones, with io_uring and without.
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <random>

#include "service/running_relay.h"

namespace relay::test {
using turn::Transport;

namespace {

constexpr unsigned clients = 40, peers = 3;

/// The first bytes say who sent it, to whom, and the how-manieth it is.
Buffer datagram(unsigned client, unsigned peer, unsigned serial, std::size_t size) {
  Buffer bytes = pattern(size + 6, client * 31 + peer * 7 + serial);
  bytes[0] = static_cast<std::byte>(client);
  bytes[1] = static_cast<std::byte>(peer);
  stun::store_u32(bytes, 2, serial);
  return bytes;
}

std::uint16_t channel_to(unsigned peer) { return static_cast<std::uint16_t>(0x4000 + peer); }

class Traffic {
 public:
  Traffic(const RunningRelay& relay, unsigned seed) : random_(seed), peers_(peers) {
    for (unsigned i = 0; i < clients; ++i) {
      clients_.push_back(relay.client(i % 8 == 7 ? Transport::tcp : Transport::udp));
      clients_.back().allocate();
      for (unsigned peer = 0; peer < peers; ++peer) {
        clients_.back().bind(channel_to(peer), peers_[peer].address());
      }
    }
  }

  void up(unsigned client, unsigned peer) {
    std::deque<Buffer> burst = draw_burst(client, peer);
    for (const Buffer& each : burst) clients_[client].send_channel_data(channel_to(peer), each);
    for (const Buffer& each : burst) {
      const auto arrived = peers_[peer].receive();
      REQUIRE(arrived.bytes == each);
      source_[{client, peer}] = arrived.source;
    }
  }

  void down(unsigned client, unsigned peer) {
    const auto source = source_.find({client, peer});
    if (source == source_.end()) return up(client, peer);
    std::deque<Buffer> burst = draw_burst(client, peer);
    for (const Buffer& each : burst) peers_[peer].send(source->second, each);
    for (const Buffer& each : burst) {
      REQUIRE(clients_[client].receive_channel_data(channel_to(peer)) == each);
    }
  }

  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

 private:
  /// Mostly of one size, as media come.
  std::deque<Buffer> draw_burst(unsigned client, unsigned peer) {
    std::deque<Buffer> burst;
    const std::size_t size = below(1350);
    for (unsigned left = 1 + below(24); left > 0; --left) {
      burst.push_back(datagram(client, peer, ++serial_, below(6) == 0 ? below(1350) : size));
    }
    return burst;
  }

  std::mt19937 random_;
  std::vector<UdpSocket> peers_;
  std::deque<WireClient> clients_;
  std::map<std::pair<unsigned, unsigned>, TransportAddress> source_;
  unsigned serial_ = 0;
};

}  // namespace

TEST_CASE("bursts of any size come through byte for byte, whatever sockets they take",
          "[relay][one-thread]") {
  const auto sockets = GENERATE(RelaySharing::own, RelaySharing::shared);
  const bool io_uring = GENERATE(true, false);
  const unsigned seed = GENERATE(1u, 2u);
  CAPTURE(static_cast<int>(sockets), io_uring, seed);
  RunningRelay relay([&](relay::Settings& settings) {
    settings.relay_sockets = sockets;
    settings.io_uring = io_uring;
  });
  Traffic traffic(relay, seed);
  for (int step = 0; step < 600; ++step) {
    const unsigned client = traffic.below(clients), peer = traffic.below(peers);
    if (traffic.below(2) == 0) {
      traffic.up(client, peer);
    } else {
      traffic.down(client, peer);
    }
  }
  const ServiceCounters counters = relay.service->counters();
  CHECK(counters.gso_sends > 0);
  CHECK(counters.gso_segments > counters.gso_sends);
  CHECK(counters.gso_fallbacks == 0);
  CHECK(counters.receive_drops == 0);
}

}  // namespace relay::test
