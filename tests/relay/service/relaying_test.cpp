// Allocations, permissions, channels and data through the running relay, over UDP and TCP alike.
#include <catch2/catch.hpp>

#include "service/running_relay.h"
#include "stun/attributes.h"

namespace relay::test {
using turn::Transport;

namespace {

constexpr std::uint16_t channel = 0x4000;

Buffer data_of(Bytes indication) {
  const auto view = stun::MessageView::parse(indication);
  REQUIRE(view);
  REQUIRE(view->type() == stun::MessageType{stun::Method::data, stun::Class::indication});
  return to_buffer(view->value(stun::AttributeType::data).value());
}

}  // namespace

TEST_CASE("data passes both ways on a channel", "[relay][rfc8656-12]") {
  const Transport transport = GENERATE(Transport::udp, Transport::tcp, Transport::tls);
  RunningRelay relay;
  WireClient client = relay.client(transport);
  UdpSocket peer;
  const TransportAddress relayed = client.allocate();
  CHECK(relayed.ip == peer.address().ip);
  client.bind(channel, peer.address());

  for (const std::size_t size : {0u, 1u, 2u, 3u, 4u, 171u, 1200u, 9000u, 60000u}) {
    const Buffer payload = pattern(size, 1);
    client.send_channel_data(channel, payload);
    const auto arrived = peer.receive();
    CHECK(arrived.bytes == payload);
    CHECK(arrived.source == relayed);
    peer.send(relayed, payload);
    CHECK(client.receive_channel_data(channel) == payload);
  }
}

TEST_CASE("data passes in indications where no channel is bound", "[relay][rfc8656-11]") {
  const Transport transport = GENERATE(Transport::udp, Transport::tcp, Transport::tls);
  RunningRelay relay;
  WireClient client = relay.client(transport);
  UdpSocket peer;
  const TransportAddress relayed = client.allocate();
  client.permit(peer.address());

  for (const std::size_t size : {1u, 2u, 3u, 4u, 1199u}) {
    const Buffer payload = pattern(size, 2);
    client.send_indication(peer.address(), payload);
    CHECK(peer.receive().bytes == payload);
    peer.send(relayed, payload);
    const Buffer indication = client.receive();
    CHECK(data_of(indication) == payload);
    CHECK(xor_address(indication, stun::AttributeType::xor_peer_address) == peer.address());
  }
}

TEST_CASE("a wrong password gets nothing", "[relay]") {
  RunningRelay relay([](relay::Settings& settings) { settings.users[0].password = "other"; });
  WireClient client = relay.client(Transport::udp);
  const Buffer answer = client.request(stun::Method::allocate, [](stun::MessageBuilder& message) {
    message.add_leading_u8(stun::AttributeType::requested_transport, 17);
  });
  CHECK(error_code(answer) == 401);
  CHECK(relay.service->counters().auth_failures == 1);
}

TEST_CASE("a peer without permission is not heard", "[relay][rfc8656-9]") {
  RunningRelay relay;
  WireClient client = relay.client(Transport::udp);
  UdpSocket friendly, stranger("127.0.0.2");
  const TransportAddress relayed = client.allocate();
  client.bind(channel, friendly.address());
  stranger.send(relayed, to_buffer("let me in"));
  friendly.send(relayed, to_buffer("hello"));
  CHECK(client.receive_channel_data(channel) == to_buffer("hello"));
}

TEST_CASE("an allocation that is given up closes its port", "[relay][rfc8656-7]") {
  const Transport transport = GENERATE(Transport::udp, Transport::tcp, Transport::tls);
  RunningRelay relay;
  WireClient client = relay.client(transport);
  client.allocate();
  CHECK(relay.service->counters().allocations == 1);
  client.refresh(0);
  CHECK(relay.service->counters().allocations == 0);
}

TEST_CASE("two clients reach each other through their relays", "[relay]") {
  RunningRelay relay;
  WireClient alice = relay.client(Transport::udp), bob = relay.client(Transport::tcp);
  const TransportAddress at_alice = alice.allocate(), at_bob = bob.allocate();
  alice.bind(channel, at_bob);
  bob.bind(channel, at_alice);
  alice.send_channel_data(channel, to_buffer("hello bob"));
  CHECK(bob.receive_channel_data(channel) == to_buffer("hello bob"));
  bob.send_channel_data(channel, to_buffer("hello alice"));
  CHECK(alice.receive_channel_data(channel) == to_buffer("hello alice"));
}

TEST_CASE("a wildcard listener answers from the address that was asked", "[relay]") {
  RunningRelay relay([](relay::Settings& settings) {
    settings.listening_ips = {stun::IpAddress::parse("0.0.0.0").value()};
  });
  const TransportAddress asked{stun::IpAddress::parse("127.0.0.77").value(),
                               relay.server(Transport::udp).port};
  WireClient client(Transport::udp, asked);
  client.succeed(stun::Method::binding, {});
  CHECK(client.answered_from() == asked);

  UdpSocket peer;
  const TransportAddress relayed = client.allocate();
  client.bind(channel, peer.address());
  CHECK(client.answered_from() == asked);
  peer.send(relayed, to_buffer("data"));
  CHECK(client.receive_channel_data(channel) == to_buffer("data"));
  CHECK(client.answered_from() == asked);
}

TEST_CASE("IPv6 clients and IPv6 peers are relayed likewise", "[relay][rfc8656-7.2]") {
  const Transport transport = GENERATE(Transport::udp, Transport::tcp, Transport::tls);
  const std::string listening = GENERATE("::1", "::");
  RunningRelay relay([&](relay::Settings& settings) {
    settings.listening_ips = {stun::IpAddress::parse(listening).value()};
    settings.relay_ips.push_back(stun::IpAddress::parse("::1").value());
  });
  const TransportAddress asked{stun::IpAddress::parse("::1").value(), relay.server(transport).port};
  WireClient client(transport, asked, "::1");
  UdpSocket peer("::1");
  const TransportAddress relayed = client.allocate([](stun::MessageBuilder& message) {
    message.add_leading_u8(stun::AttributeType::requested_address_family, 0x02);
  });
  CHECK(relayed.ip == asked.ip);
  client.bind(channel, peer.address());
  client.send_channel_data(channel, to_buffer("six"));
  CHECK(peer.receive().bytes == to_buffer("six"));
  peer.send(relayed, to_buffer("sechs"));
  CHECK(client.receive_channel_data(channel) == to_buffer("sechs"));
}

TEST_CASE("a reserved port is claimed by another client, on whatever worker", "[rfc8656-7.2]") {
  RunningRelay relay([](relay::Settings& settings) { settings.workers = 2; });
  // The kernel spreads clients over the workers by their ports; soon a token crosses over.
  for (int attempt = 0; attempt < 64; ++attempt) {
    WireClient first = relay.client(Transport::udp), second = relay.client(Transport::udp);
    const Buffer answer = first.succeed(stun::Method::allocate, [](stun::MessageBuilder& message) {
      message.add_leading_u8(stun::AttributeType::requested_transport, 17);
      const std::array reserve{std::byte{0x80}};
      message.add(stun::AttributeType::even_port, reserve);
    });
    const auto even = xor_address(answer, stun::AttributeType::xor_relayed_address);
    REQUIRE(even.port % 2 == 0);
    const auto view = stun::MessageView::parse(answer);
    const Buffer token = to_buffer(view->value(stun::AttributeType::reservation_token).value());
    const TransportAddress odd = second.allocate([&](stun::MessageBuilder& message) {
      message.add(stun::AttributeType::reservation_token, token);
    });
    REQUIRE(odd == TransportAddress{even.ip, static_cast<std::uint16_t>(even.port + 1)});

    UdpSocket peer;
    second.bind(channel, peer.address());
    peer.send(odd, to_buffer("on the reserved port"));
    REQUIRE(second.receive_channel_data(channel) == to_buffer("on the reserved port"));
    first.refresh(0);
    second.refresh(0);
    const auto workers = relay.sink.allocating_workers();
    if (workers[workers.size() - 1] != workers[workers.size() - 2]) return;
  }
  FAIL("no token crossed from one worker to the other");
}

TEST_CASE("a service that drains refuses new allocations and keeps the old", "[relay]") {
  RunningRelay relay;
  WireClient old = relay.client(Transport::udp), late = relay.client(Transport::udp);
  UdpSocket peer;
  const TransportAddress relayed = old.allocate();
  old.bind(channel, peer.address());
  relay.service->begin_drain();
  CHECK(eventually([&] {
    const Buffer answer = late.request(stun::Method::allocate, [](stun::MessageBuilder& message) {
      message.add_leading_u8(stun::AttributeType::requested_transport, 17);
    });
    if (error_code(answer) == 0) late.refresh(0);
    return error_code(answer) == 403;
  }));
  peer.send(relayed, to_buffer("still here"));
  CHECK(old.receive_channel_data(channel) == to_buffer("still here"));
}

}  // namespace relay::test
