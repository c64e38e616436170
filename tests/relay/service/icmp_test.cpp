// What clients are told of the way to their peers, through the running relay (RFC 8656 11.5).
#include <catch2/catch.hpp>
#include <memory>

#include "relay/shared_relays.h"
#include "service/running_relay.h"
#include "stun/attributes.h"

namespace relay::test {
using turn::Transport;

namespace {

constexpr std::uint16_t channel = 0x4000, other_channel = 0x4001;
constexpr int enough_for_a_lane = 200;
constexpr stun::IcmpValue port_unreachable{.type = 3, .code = 3, .data = 0};

void tell(Settings& settings) { settings.turn.tell_icmp_errors = true; }

void relay_ipv6(Settings& settings) {
  tell(settings);
  settings.relay_ips.push_back(stun::IpAddress::parse("::1").value());
}

void want_ipv6(stun::MessageBuilder& message) {
  message.add_leading_u8(stun::AttributeType::requested_address_family, 0x02);
}

struct Told {
  TransportAddress peer;
  stun::IcmpValue icmp;
};

/// The next message, which must tell of an error.
Told told(WireClient& client) {
  const Buffer indication = client.receive();
  const auto view = stun::MessageView::parse(indication);
  REQUIRE(view);
  REQUIRE(view->type() == stun::MessageType{stun::Method::data, stun::Class::indication});
  CHECK_FALSE(view->has(stun::AttributeType::data));
  return {xor_address(indication, stun::AttributeType::xor_peer_address),
          stun::decode_icmp(view->value(stun::AttributeType::icmp).value()).value()};
}

void check_told(WireClient& client, const TransportAddress& peer) {
  const Told error = told(client);
  CHECK(error.peer == peer);
  CHECK(error.icmp == port_unreachable);
}

}  // namespace

TEST_CASE("a closed port of a peer is told to the client", "[relay][rfc8656-11.5]") {
  const Transport transport = GENERATE(Transport::udp, Transport::tcp, Transport::tls);
  RunningRelay relay(tell);
  WireClient client = relay.client(transport);
  auto peer = std::make_unique<UdpSocket>();
  const TransportAddress address = peer->address();
  client.allocate();
  client.bind(channel, address);
  client.send_channel_data(channel, to_buffer("hello"));
  CHECK(peer->receive().bytes == to_buffer("hello"));
  peer.reset();
  client.send_channel_data(channel, to_buffer("are you there?"));
  check_told(client, address);
  client.send_indication(address, to_buffer("are you not?"));
  check_told(client, address);
  CHECK(relay.service->counters().icmp_errors == 2);
  CHECK(relay.service->counters().send_failures == 0);
}

TEST_CASE("a closed port of an IPv6 peer is told as ICMPv6 has it", "[relay][rfc8656-11.5]") {
  RunningRelay relay(relay_ipv6);
  WireClient client = relay.client(Transport::udp);
  const TransportAddress gone = UdpSocket("::1").address();
  client.allocate(want_ipv6);
  client.permit(gone);
  client.send_indication(gone, to_buffer("hello"));
  const Told error = told(client);
  CHECK(error.peer == gone);
  CHECK(error.icmp == stun::IcmpValue{.type = 1, .code = 4, .data = 0});
}

TEST_CASE("errors that a client is told of together arrive whole", "[relay][rfc8656-11.5]") {
  const Transport transport = GENERATE(Transport::udp, Transport::tcp, Transport::tls);
  RunningRelay relay(relay_ipv6);
  WireClient client = relay.client(transport);
  const std::array gone{UdpSocket("::1").address(), UdpSocket("::1").address()};
  client.allocate(want_ipv6);
  client.bind(channel, gone[0]);
  client.bind(other_channel, gone[1]);
  Buffer burst;
  for (const std::uint16_t to : {channel, other_channel}) {
    const Buffer message = channel_data(transport, to, pattern(8, 1));
    if (transport == Transport::udp) client.send(message);
    burst.insert(burst.end(), message.begin(), message.end());
  }
  if (transport != Transport::udp) client.send(burst);
  for (const TransportAddress& peer : gone) {
    const Told error = told(client);
    CHECK(error.peer == peer);
    CHECK(error.icmp == stun::IcmpValue{.type = 1, .code = 4, .data = 0});
  }
}

TEST_CASE("a datagram too long to leave with DF is told with the MTU", "[relay][rfc8656-18.13]") {
  RunningRelay relay(relay_ipv6);
  WireClient client = relay.client(Transport::tcp);
  UdpSocket peer("::1");
  client.allocate(want_ipv6);
  client.permit(peer.address());
  Buffer bytes(66000);
  stun::MessageBuilder message(bytes, {stun::Method::send, stun::Class::indication}, {});
  message.add_xor_address(stun::AttributeType::xor_peer_address, peer.address());
  message.add(stun::AttributeType::dont_fragment, {});
  message.add(stun::AttributeType::data, Buffer(65496));
  client.send(message.finish().value());
  const Told error = told(client);
  CHECK(error.peer == peer.address());
  CHECK(error.icmp == stun::IcmpValue{.type = 2, .code = 0, .data = 65536});
}

TEST_CASE("a peer that is gone is told of at its lane too, and the others are heard",
          "[relay][rfc8656-11.5]") {
  RunningRelay relay(tell);
  WireClient client = relay.client(Transport::udp);
  auto peer = std::make_unique<UdpSocket>();
  UdpSocket other;
  const TransportAddress address = peer->address();
  const TransportAddress relayed = client.allocate();
  client.bind(channel, address);
  client.bind(other_channel, other.address());
  for (int i = 0; i < enough_for_a_lane; ++i) {
    client.send_channel_data(channel, to_buffer("hello"));
    peer->receive();
  }
  REQUIRE(relay.service->counters().lanes == 1);
  peer.reset();
  client.send_channel_data(channel, to_buffer("are you there?"));
  check_told(client, address);
  client.send_channel_data(other_channel, to_buffer("and you?"));
  CHECK(other.receive().bytes == to_buffer("and you?"));
  other.send(relayed, to_buffer("I am"));
  CHECK(client.receive_channel_data(other_channel) == to_buffer("I am"));
}

TEST_CASE("at a shared relay socket only the one who sent is told", "[relay][shared]") {
  RunningRelay relay([](Settings& settings) {
    tell(settings);
    settings.relay_sockets = RelaySharing::shared;
  });
  std::vector<WireClient> crowd;
  std::vector<TransportAddress> relayed;
  for (std::size_t i = 0; i <= SharedRelays::sockets_per_address; ++i) {
    crowd.push_back(relay.client(Transport::udp));
    relayed.push_back(crowd.back().allocate());
  }
  const auto housemate = std::ranges::find(relayed, relayed.back()) - relayed.begin();
  WireClient& first = crowd[static_cast<std::size_t>(housemate)];
  WireClient& last = crowd.back();
  const TransportAddress gone = UdpSocket().address();
  UdpSocket peer;
  for (WireClient* each : {&first, &last}) {
    each->permit(gone);
    each->bind(channel, peer.address());
  }
  last.send_indication(gone, to_buffer("hello"));
  check_told(last, gone);
  first.send_channel_data(channel, to_buffer("hello"));
  peer.send(peer.receive().source, to_buffer("hi"));
  CHECK(first.receive_channel_data(channel) == to_buffer("hi"));  // nothing came before it
  CHECK(relay.service->counters().icmp_errors == 1);
}

TEST_CASE("a rush of errors neither delays others nor keeps the worker busy", "[relay]") {
  const bool with_ring = GENERATE(true, false);
  RunningRelay relay([&](Settings& settings) {
    tell(settings);
    settings.io_uring = with_ring;
  });
  WireClient client = relay.client(Transport::udp), probe = relay.client(Transport::udp);
  const TransportAddress gone = UdpSocket().address();
  UdpSocket peer;
  client.allocate();
  client.bind(channel, gone);
  client.bind(other_channel, peer.address());
  for (int i = 0; i < 1000; ++i) client.send_channel_data(channel, pattern(100, 1));
  for (int i = 0; i < 20; ++i) {
    client.send_channel_data(other_channel, to_buffer("still there?"));
    CHECK(peer.receive().bytes == to_buffer("still there?"));
  }
  check_told(client, gone);
  CHECK(relay.service->counters().send_failures == 0);
  // Quiet again: a wake-up for each request, and some for the clock.
  probe.succeed(stun::Method::binding, {});
  const std::uint64_t before = relay.service->counters().wake_ups;
  constexpr int requests = 200;
  for (int i = 0; i < requests; ++i) probe.succeed(stun::Method::binding, {});
  CHECK(relay.service->counters().wake_ups - before < 2 * requests);
}

}  // namespace relay::test
