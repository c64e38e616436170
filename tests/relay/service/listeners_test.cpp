// Starting: whole or not at all, and why not in a sentence.
#include "relay/listeners.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "net/free_ports.h"
#include "service/running_relay.h"

namespace relay::test {
using Catch::Contains;
using turn::Transport;

namespace {

std::string complaint_of(const std::function<void(relay::Settings&)>& change) {
  QuietSink sink;
  auto service = relay::Service::start(test_plan(change), sink);
  REQUIRE_FALSE(service);
  return service.error();
}

/// With any port asked for, TCP takes that of UDP unless somebody else has it.
std::uint16_t port_free_for_both() {
  for (int attempt = 0; attempt < 100; ++attempt) {
    RunningRelay relay;
    const std::uint16_t port = relay.server(Transport::udp).port;
    if (relay.server(Transport::tcp).port == port) return port;
  }
  FAIL("no port is free for UDP and TCP alike");
  return 0;
}

}  // namespace

TEST_CASE("a port in use is named, with the way to find out by whom", "[relay]") {
  UdpSocket other;
  const std::uint16_t port = other.address().port;
  const std::string complaint =
      complaint_of([&](relay::Settings& settings) { settings.listening_port = port; });
  const std::string number = std::to_string(port);
  CHECK(complaint == "UDP port " + number +
                         " on 127.0.0.1 is in use by another program (`ss -ulpn sport = :" +
                         number + "` names it); end it, or choose another --listening-port");
}

TEST_CASE("one port serves TCP and TLS, UDP and DTLS", "[relay][tls]") {
  const std::uint16_t port = find_free_ports(1);
  const std::size_t workers = GENERATE(1u, 2u);
  RunningRelay relay([&](relay::Settings& settings) {
    settings.listening_port = settings.tls.port = port;
    settings.tls.datagrams = true;
    settings.workers = workers;
  });
  for (const auto transport : {Transport::udp, Transport::tcp, Transport::tls, Transport::dtls}) {
    CAPTURE(static_cast<int>(transport));
    CHECK(relay.server(transport).port == port);
    WireClient client = relay.client(transport);
    CHECK(client.allocate().port != 0);
  }
}

TEST_CASE("a second server does not share the port of the first in silence", "[relay]") {
  RunningRelay first([](relay::Settings& settings) { settings.workers = 2; });
  const bool udp = GENERATE(true, false);
  const std::string complaint = complaint_of([&](relay::Settings& settings) {
    settings.workers = 2;
    settings.udp = udp;
    settings.listening_port = first.server(udp ? Transport::udp : Transport::tcp).port;
  });
  CHECK_THAT(complaint, Contains(udp ? "UDP port" : "TCP port"));
  CHECK_THAT(complaint, Contains("is in use by another program"));
}

TEST_CASE("an address that is not ours is refused with those that are", "[relay]") {
  const std::string complaint = complaint_of([](relay::Settings& settings) {
    settings.listening_ips = {stun::IpAddress::parse("192.0.2.1").value()};
  });
  CHECK_THAT(complaint, Contains("192.0.2.1 is not an address of this machine"));
  CHECK_THAT(complaint, Contains("its addresses are "));
}

TEST_CASE("a low port without permission says what is needed", "[relay]") {
  const std::string complaint = relay::bind_complaint(
      relay::Protocol::udp, stun::TransportAddress::parse("192.0.2.1:443").value(),
      std::make_error_code(std::errc::permission_denied), {});
  CHECK(complaint ==
        "no permission to listen on UDP port 443 on 192.0.2.1: ports below 1024 need root or the "
        "capability CAP_NET_BIND_SERVICE");
}

TEST_CASE("a service that failed to start leaves its ports free", "[relay]") {
  const std::uint16_t port = port_free_for_both();
  {
    // TCP is taken, UDP is not.
    RunningRelay tcp_only([&](relay::Settings& settings) {
      settings.udp = false;
      settings.listening_port = port;
    });
    CHECK_THAT(complaint_of([&](relay::Settings& settings) { settings.listening_port = port; }),
               Contains("TCP port"));
  }
  RunningRelay again([&](relay::Settings& settings) { settings.listening_port = port; });
  CHECK(again.server(Transport::udp).port == port);
  CHECK(again.server(Transport::tcp).port == port);
}

TEST_CASE("an address that a wildcard covers is listened on once", "[relay]") {
  RunningRelay relay([](relay::Settings& settings) {
    settings.listening_ips = {stun::IpAddress::parse("0.0.0.0").value(),
                              stun::IpAddress::parse("127.0.0.1").value()};
  });
  CHECK(relay.service->udp_listeners().size() == 1);
  WireClient client(Transport::udp, {stun::IpAddress::parse("127.0.0.1").value(),
                                     relay.server(Transport::udp).port});
  client.allocate();
}

TEST_CASE("peers never reach our own listeners", "[relay]") {
  RunningRelay relay;
  WireClient client = relay.client(Transport::udp);
  UdpSocket peer;
  client.allocate();
  client.bind(0x4000, relay.server(Transport::udp));
  client.bind(0x4001, peer.address());
  // It would be answered, and the answer would be back before the peer's.
  std::array<std::byte, 64> bytes;
  stun::MessageBuilder binding(bytes, {stun::Method::binding, stun::Class::request}, {});
  client.send_channel_data(0x4000, binding.finish().value());
  client.succeed(stun::Method::binding, {});
  client.send_channel_data(0x4001, to_buffer("ping"));
  peer.send(peer.receive().source, to_buffer("pong"));
  CHECK(client.receive_channel_data(0x4001) == to_buffer("pong"));
}

}  // namespace relay::test
