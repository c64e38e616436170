// Clients that move (RFC 8016), through the running relay and from worker to worker.
#include <catch2/catch.hpp>

#include <set>

#include "service/datagram_proxy.h"
#include "service/running_relay.h"

namespace relay::test {
using namespace std::string_literals;
using turn::Transport;

namespace {

constexpr std::uint16_t channel = 0x4000;

Buffer ticket_in(Bytes response) {
  const auto value =
      stun::MessageView::parse(response).value().value(stun::AttributeType::mobility_ticket);
  REQUIRE(value);
  return to_buffer(*value);
}

Buffer allocate_mobile(WireClient& client) {
  return client.succeed(stun::Method::allocate, [](stun::MessageBuilder& message) {
    message.add_leading_u8(stun::AttributeType::requested_transport, 17);
    message.add(stun::AttributeType::mobility_ticket, {});
  });
}

Buffer resume(WireClient& client, const Buffer& ticket) {
  return client.request(stun::Method::refresh, [&](stun::MessageBuilder& message) {
    message.add(stun::AttributeType::mobility_ticket, ticket);
  });
}

/// The ways to the server: four transports, and proxies of datagrams and of streams.
class Ways {
 public:
  static constexpr unsigned count = 7;
  explicit Ways(const RunningRelay& relay) : relay_(relay) {}

  std::unique_ptr<WireClient> client(unsigned way) {
    constexpr std::array direct{Transport::udp, Transport::tcp, Transport::tls, Transport::dtls};
    if (way < direct.size()) return std::make_unique<WireClient>(relay_.client(direct[way]));
    return way == count - 1
               ? through_stream_proxy()
               : through_datagram_proxy(way == direct.size() ? Transport::udp : Transport::dtls);
  }

 private:
  std::unique_ptr<WireClient> through_stream_proxy() {
    auto client = std::make_unique<WireClient>(Transport::tcp,
                                               relay_.service->listening_at().tcp_proxies.front());
    client->send(
        to_buffer("PROXY TCP4 192.0.2.1 198.51.100.1 " + std::to_string(++port_) + " 443\r\n"));
    return client;
  }

  std::unique_ptr<WireClient> through_datagram_proxy(Transport transport) {
    std::string header = "\r\n\r\n\0\r\nQUIT\n\x21\x12\x00\x0c\xc0\x00\x02\x01\xc6\x33\x64\x01"s;
    header += {static_cast<char>(++port_ >> 8), static_cast<char>(port_), '\x01', '\xbb'};
    proxies_.push_back(std::make_unique<DatagramProxy>(
        relay_.service->listening_at().udp_proxies.front(), header));
    return std::make_unique<WireClient>(transport, proxies_.back()->address());
  }

  const RunningRelay& relay_;
  std::vector<std::unique_ptr<DatagramProxy>> proxies_;
  unsigned port_ = 50'000;
};

void expect_call(WireClient& client, UdpSocket& peer, const TransportAddress& relayed,
                 unsigned seed) {
  const Buffer there = pattern(900, seed), back = pattern(901, seed);
  client.send_channel_data(channel, there);
  const auto arrived = peer.receive();
  CHECK(arrived.bytes == there);
  CHECK(arrived.source == relayed);
  peer.send(relayed, back);
  CHECK(client.receive_channel_data(channel) == back);
}

}  // namespace

TEST_CASE("a call goes on wherever its client goes", "[relay][rfc8016-3.2.2]") {
  const bool shared = GENERATE(false, true);
  RunningRelay relay([&](relay::Settings& settings) {
    settings.workers = 4;
    settings.mobility = true;
    settings.tls.datagrams = true;
    settings.proxy.tcp_port = settings.proxy.udp_port = 0;
    if (shared) settings.relay_sockets = RelaySharing::shared;
  });
  UdpSocket peer;
  Ways ways(relay);
  auto client = ways.client(0);
  const Buffer made = allocate_mobile(*client);
  const TransportAddress relayed = xor_address(made, stun::AttributeType::xor_relayed_address);
  Buffer ticket = ticket_in(made);
  client->bind(channel, peer.address());
  expect_call(*client, peer, relayed, 0);

  // In longer steps each round, so that one way is not always behind the same other.
  constexpr unsigned moves = 4 * Ways::count;
  for (unsigned i = 1; i <= moves; ++i) {
    CAPTURE(i);
    auto moved = ways.client(i * (1 + i / Ways::count) % Ways::count);
    const Buffer answer = resume(*moved, ticket);
    REQUIRE(error_code(answer) == 0);
    // Until it is heard there, it is where it was.
    peer.send(relayed, pattern(10, i));
    CHECK(client->receive_channel_data(channel) == pattern(10, i));
    expect_call(*moved, peer, relayed, i);
    ticket = ticket_in(answer);
    client = std::move(moved);
  }
  const auto workers = relay.sink.workers_of(turn::Event::Kind::moved);
  CHECK(workers.size() == moves);
  CHECK(std::set(workers.begin(), workers.end()).size() > 1);
  CHECK(relay.service->counters().allocations == 1);
  client->refresh(0);
  CHECK(eventually([&] { return relay.service->counters().allocations == 0; }));
}

TEST_CASE("a client comes back whose connection has ended", "[relay][rfc8016-3.2.2]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls, Transport::dtls);
  const Transport other = GENERATE(Transport::udp, Transport::tls, Transport::dtls);
  RunningRelay relay([](relay::Settings& settings) {
    settings.workers = 2;
    settings.mobility = true;
    settings.tls.datagrams = true;
  });
  UdpSocket peer;
  Buffer ticket;
  TransportAddress relayed;
  {
    WireClient client = relay.client(transport);
    const Buffer made = allocate_mobile(client);
    relayed = xor_address(made, stun::AttributeType::xor_relayed_address);
    ticket = ticket_in(made);
    client.bind(channel, peer.address());
    if (client.ssl() != nullptr) SSL_shutdown(client.ssl());
  }
  CHECK(eventually([&] {
    const ServiceCounters now = relay.service->counters();
    return now.stream_clients == 0 && now.dtls_clients == 0;
  }));
  WireClient moved = relay.client(other);
  REQUIRE(error_code(resume(moved, ticket)) == 0);
  expect_call(moved, peer, relayed, 1);
}

TEST_CASE("a ticket that has been used moves nothing on any worker", "[relay][rfc8016-3.2.2]") {
  RunningRelay relay([](relay::Settings& settings) {
    settings.workers = 4;
    settings.mobility = true;
  });
  UdpSocket peer;
  WireClient client = relay.client(Transport::udp);
  const Buffer first = ticket_in(allocate_mobile(client));
  client.bind(channel, peer.address());
  WireClient moved = relay.client(Transport::udp);
  REQUIRE(error_code(resume(moved, first)) == 0);
  moved.permit(peer.address());
  for (int i = 0; i < 8; ++i) {
    WireClient thief = relay.client(Transport::udp);
    CHECK(error_code(resume(thief, first)) == 400);
  }
  moved.refresh(0);
  for (int i = 0; i < 8; ++i) {
    WireClient late = relay.client(Transport::udp);
    CHECK(error_code(resume(late, first)) == 437);
  }
}

}  // namespace relay::test
