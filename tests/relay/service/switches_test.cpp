// Options that switch parts of the protocol, and what of that the wire shows.
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "relay/net/datagram_socket.h"
#include "relay/net/socket_address.h"
#include "service/running_relay.h"
#include "stun/attributes.h"
#include "stun/classic_binding.h"
#include "tests/support/hex.h"

namespace relay::test {
namespace {

using stun::AttributeType;
using stun::Method;
using turn::Transport;

Buffer bare(Method method) {
  std::array<std::byte, 64> bytes;
  stun::MessageBuilder request(bytes, {method, stun::Class::request}, {std::byte{7}});
  return to_buffer(request.finish().value());
}

/// The code of the answer to a request without credentials; nothing: another one that was sent
/// behind it is answered before it.
std::optional<int> answer_to(WireClient& client, Method method, Method answered) {
  client.send(bare(method));
  if (method != answered) client.send(bare(answered));
  const Buffer answer = client.receive();
  if (stun::MessageView::parse(answer).value().method() != method) return std::nullopt;
  return error_code(answer);
}

bool connects(const TransportAddress& server) {
  const net::FileDescriptor fd(::socket(AF_INET, SOCK_STREAM, 0));
  const net::SocketAddress address(server);
  return ::connect(fd.number(), address.data(), address.size()) == 0;
}

}  // namespace

TEST_CASE("secure-stun: a Binding needs credentials, and its answer is signed", "[relay][switch]") {
  const Transport transport = GENERATE(Transport::udp, Transport::tcp, Transport::tls);
  RunningRelay relay([](Settings& settings) {
    settings.turn.authenticate_binding = true;
    settings.turn.mapped_address_too = true;
  });
  WireClient stranger = relay.client(transport);
  CHECK(answer_to(stranger, Method::binding, Method::binding) == 401);
  WireClient client = relay.client(transport);
  const Buffer answer = client.succeed(Method::binding, {});
  const auto message = stun::MessageView::parse(answer);
  CHECK(message->has(AttributeType::message_integrity));
  CHECK(xor_address(answer, AttributeType::xor_mapped_address) == client.local());
  CHECK(stun::decode_address(message->value(AttributeType::mapped_address).value()) ==
        client.local());
}

TEST_CASE("no-stun: a Binding is not answered, an Allocate is", "[relay][switch]") {
  RunningRelay relay([](Settings& settings) { settings.turn.answer_binding = false; });
  WireClient client = relay.client(GENERATE(Transport::udp, Transport::tcp));
  CHECK_FALSE(answer_to(client, Method::binding, Method::allocate));
  client.allocate();
}

TEST_CASE("stun-only: a Binding is answered, an Allocate is not", "[relay][switch]") {
  RunningRelay relay([](Settings& settings) { settings.turn.stun_only = true; });
  WireClient client = relay.client(GENERATE(Transport::udp, Transport::tcp));
  CHECK_FALSE(answer_to(client, Method::allocate, Method::binding));
  CHECK(answer_to(client, Method::binding, Method::binding) == 0);
}

TEST_CASE("no-udp: nobody listens there", "[relay][switch]") {
  RunningRelay relay([](Settings& settings) { settings.udp = false; });
  CHECK(relay.service->udp_listeners().empty());
  const TransportAddress tcp = relay.server(Transport::tcp);
  // A UDP socket at the same port is free to be bound: it would not be next to a listener.
  CHECK(net::DatagramSocket::open({.address = tcp}).has_value());
  WireClient client = relay.client(Transport::tcp);
  client.allocate();
}

TEST_CASE("no-tcp: nobody listens there", "[relay][switch]") {
  RunningRelay relay([](Settings& settings) {
    settings.tcp = false;
    settings.tls.served = false;
  });
  CHECK(relay.service->tcp_listeners().empty());
  CHECK_FALSE(connects(relay.server(Transport::udp)));
  WireClient client = relay.client(Transport::udp);
  client.allocate();
}

TEST_CASE("server-relay: peers need no permission to be heard", "[relay][switch]") {
  RunningRelay relay([](Settings& settings) { settings.turn.server_relay = true; });
  WireClient client = relay.client(Transport::udp);
  const TransportAddress relayed = client.allocate();
  UdpSocket peer;
  peer.send(relayed, to_buffer("unasked"));
  const Buffer heard = client.receive();
  const auto message = stun::MessageView::parse(heard);
  REQUIRE(message);
  CHECK(message->method() == Method::data);
  CHECK(to_buffer(message->value(AttributeType::data).value()) == to_buffer("unasked"));
}

TEST_CASE("stun-backward-compatibility: MAPPED-ADDRESS comes too", "[relay][switch]") {
  const bool on = GENERATE(true, false);
  RunningRelay relay([&](Settings& settings) { settings.turn.mapped_address_too = on; });
  WireClient client = relay.client(Transport::udp);
  const Buffer answer = client.succeed(Method::binding, {});
  CHECK(stun::MessageView::parse(answer)->has(AttributeType::mapped_address) == on);
}

TEST_CASE("rfc3489-compatibility: a client of old learns its address", "[relay][switch]") {
  RunningRelay relay([](Settings& settings) { settings.turn.rfc3489 = true; });
  UdpSocket client;
  client.send(relay.server(Transport::udp),
              support::from_hex("0001000000112233445566778899aabbccddeeff"));
  const auto answer = client.receive();
  CHECK(support::to_hex(Bytes(answer.bytes).first(20)) ==
        "0101001800112233445566778899aabbccddeeff");
  const auto message = stun::MessageView::parse_classic(answer.bytes);
  REQUIRE(message);
  CHECK(stun::decode_address(message->value(AttributeType::mapped_address).value()) ==
        client.address());
  CHECK(stun::decode_address(message->value(stun::classic_source_address).value()) ==
        relay.server(Transport::udp));
}

}  // namespace relay::test
