// What is particular to clients on DTLS, over real sockets: how it begins, what is dropped, how it
// leaves.
#include <catch2/catch.hpp>

#include "service/running_relay.h"

namespace relay::test {
using Catch::Contains;
using turn::Transport;

namespace {

constexpr std::uint16_t channel = 0x4000;

void serve_dtls(relay::Settings& settings) { settings.tls.datagrams = true; }

}  // namespace

TEST_CASE("data is relayed over DTLS both ways, a message a record", "[relay][dtls]") {
  RunningRelay relay(serve_dtls);
  WireClient client = relay.client(Transport::dtls);
  UdpSocket peer;
  const TransportAddress relayed = client.allocate();
  client.bind(channel, peer.address());
  for (const std::size_t size : {1u, 2u, 3u, 4u, 100u, 1200u, 1400u, 9000u}) {
    const Buffer payload = pattern(size, 1);
    client.send_channel_data(channel, payload);
    CHECK(peer.receive().bytes == payload);
    peer.send(relayed, payload);
    CHECK(client.receive_channel_data(channel) == payload);
  }
  UdpSocket other;
  client.permit(other.address());
  client.send_indication(other.address(), to_buffer("hello"));
  CHECK(other.receive().bytes == to_buffer("hello"));
  other.send(relayed, to_buffer("world"));
  const Buffer indication = client.receive();
  const auto view = stun::MessageView::parse(indication);
  REQUIRE(view);
  CHECK(to_buffer(view->value(stun::AttributeType::data).value()) == to_buffer("world"));
  CHECK(relay.service->counters().dtls_handshakes == 1);
  CHECK(relay.service->counters().dtls_clients == 1);
}

TEST_CASE("the first byte tells DTLS from TURN, on every UDP port", "[relay][dtls]") {
  RunningRelay relay(serve_dtls);
  WireClient dtls_on_plain(Transport::dtls, relay.server(Transport::udp));
  WireClient plain_on_dtls(Transport::udp, relay.server(Transport::dtls));
  dtls_on_plain.allocate();
  plain_on_dtls.allocate();
  CHECK(relay.service->counters().allocations == 2);
}

TEST_CASE("DTLS is not served unless it is asked for", "[relay][dtls]") {
  RunningRelay relay;
  CHECK(relay.service->dtls_listeners().empty());
  UdpSocket client;
  Buffer hello(200);
  hello[0] = std::byte{22};
  client.send(relay.server(Transport::udp), hello);
  relay.client(Transport::udp).allocate();  // Served later than the hello, which got no answer.
  CHECK_FALSE(client.poll());
}

TEST_CASE("without plain UDP only DTLS is understood", "[relay][dtls]") {
  RunningRelay relay([](relay::Settings& settings) {
    serve_dtls(settings);
    settings.udp = false;
  });
  WireClient plain(Transport::udp, relay.server(Transport::dtls));
  const stun::TransactionId id{};
  std::array<std::byte, 64> bytes;
  stun::MessageBuilder binding(bytes, {stun::Method::binding, stun::Class::request}, id);
  plain.send(binding.finish().value());
  relay.client(Transport::dtls).allocate();
  CHECK_FALSE(plain.receive_within(0));
}

TEST_CASE("a DTLS client that says good-bye takes its allocation along", "[relay][dtls]") {
  RunningRelay relay(serve_dtls);
  WireClient client = relay.client(Transport::dtls);
  client.allocate();
  SSL_shutdown(client.ssl());
  CHECK(eventually([&] { return relay.service->counters().dtls_clients == 0; }));
  CHECK(eventually([&] { return relay.service->counters().allocations == 0; }));
  CHECK_FALSE(client.receive_within(10'000));
  CHECK(SSL_get_shutdown(client.ssl()) == (SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN));
}

TEST_CASE("a burst for one DTLS client leaves as trains", "[relay][dtls]") {
  RunningRelay relay(serve_dtls);
  WireClient client = relay.client(Transport::dtls);
  UdpSocket peer;
  const TransportAddress relayed = client.allocate();
  client.bind(channel, peer.address());
  constexpr int bursts = 50, burst = 10;
  const Buffer payload = pattern(1000, 1);
  for (int i = 0; i < bursts; ++i) {
    for (int k = 0; k < burst; ++k) peer.send(relayed, payload);
    for (int k = 0; k < burst; ++k) REQUIRE(client.receive_channel_data(channel) == payload);
  }
  const auto counted = relay.service->counters();
  CHECK(counted.gso_segments > 0);
  CHECK(counted.gso_fallbacks == 0);
}

}  // namespace relay::test
