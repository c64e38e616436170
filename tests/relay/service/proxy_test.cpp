// Clients behind a proxy that says whose connection or datagram it passes on.
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "relay/return_paths.h"
#include "service/datagram_proxy.h"
#include "service/http_client.h"
#include "service/running_relay.h"

namespace relay::test {
using namespace std::chrono_literals;
using namespace std::string_literals;
using Catch::Contains;
using turn::Transport;

namespace {

const TransportAddress somebody = TransportAddress::parse("192.0.2.1:56324").value();

/// A header of version 2 for `somebody`: family 0x11 is TCP, 0x12 UDP.
std::string binary_header(char family) {
  return "\r\n\r\n\0\r\nQUIT\n\x21"s + family +
         "\x00\x0c\xc0\x00\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"s;
}

Buffer binding_request() {
  std::array<std::byte, 64> bytes;
  stun::MessageBuilder binding(bytes, {stun::Method::binding, stun::Class::request}, {});
  return to_buffer(binding.finish().value());
}

RunningRelay behind_proxy(const std::string& trusted = "127.0.0.1") {
  return RunningRelay([&](relay::Settings& settings) {
    settings.proxy = {
        .tcp_port = 0, .udp_port = 0, .trusted = {turn::AddressRange::parse(trusted).value()}};
  });
}

TransportAddress tcp_port(const RunningRelay& relay) {
  return relay.service->listening_at().tcp_proxies.front();
}
TransportAddress udp_port(const RunningRelay& relay) {
  return relay.service->listening_at().udp_proxies.front();
}

/// What the server takes the client for.
TransportAddress seen_by(WireClient& client) {
  client.send(binding_request());
  return xor_address(client.receive(), stun::AttributeType::xor_mapped_address);
}

}  // namespace

TEST_CASE("behind a trusted proxy the client is whom the header names", "[relay][proxy]") {
  RunningRelay relay = behind_proxy();
  WireClient client(Transport::tcp, tcp_port(relay));
  const auto header =
      GENERATE("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"s, binary_header('\x11'));
  SECTION("whole") { client.send(to_buffer(header)); }
  SECTION("byte by byte") {
    for (const char& byte : header) client.send(std::as_bytes(std::span(&byte, 1)));
  }
  CHECK(seen_by(client) == somebody);
  UdpSocket peer;
  const TransportAddress relayed = client.allocate();
  client.bind(0x4000, peer.address());
  peer.send(relayed, to_buffer("hello"));
  CHECK(client.receive_channel_data(0x4000) == to_buffer("hello"));
}

TEST_CASE("a header and what follows may come together", "[relay][proxy]") {
  RunningRelay relay = behind_proxy();
  WireClient client(Transport::tcp, tcp_port(relay));
  Buffer both = to_buffer(binary_header('\x11'));
  const Buffer request = binding_request();
  both.insert(both.end(), request.begin(), request.end());
  client.send(both);
  CHECK(xor_address(client.receive(), stun::AttributeType::xor_mapped_address) == somebody);
}

TEST_CASE("a proxy that speaks for itself is the client", "[relay][proxy]") {
  RunningRelay relay = behind_proxy();
  WireClient client(Transport::tcp, tcp_port(relay));
  client.send(to_buffer(GENERATE("PROXY UNKNOWN\r\n"s, "\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00"s)));
  CHECK(seen_by(client) == client.local());
}

TEST_CASE("without a good header nothing is served there", "[relay][proxy]") {
  RunningRelay relay = behind_proxy();
  WireClient client(Transport::tcp, tcp_port(relay));
  client.send(binding_request());
  CHECK(client.wait_for_end());
  CHECK(relay.service->counters().proxy_refusals == 1);
  REQUIRE(relay.sink.warnings().size() == 1);
  CHECK_THAT(relay.sink.warnings().front(), Contains("no header of the PROXY protocol"));
}

TEST_CASE("an untrusted proxy is refused before it has said anything", "[relay][proxy]") {
  RunningRelay relay = behind_proxy("10.0.0.0/8");
  WireClient client(Transport::tcp, tcp_port(relay));
  CHECK(client.wait_for_end());
  CHECK(relay.service->counters().proxy_refusals == 1);
  CHECK_THAT(relay.sink.warnings().front(), Contains("it is not among --trusted-proxy"));
  UdpSocket wire;
  wire.send(udp_port(relay), to_buffer(binary_header('\x12')));
  CHECK(eventually([&] { return relay.service->counters().proxy_refusals == 2; }));
  CHECK_FALSE(wire.poll().has_value());
}

TEST_CASE("a header is not believed on other ports", "[relay][proxy]") {
  RunningRelay relay = behind_proxy();
  WireClient client = relay.client(Transport::tcp);
  client.send(to_buffer(binary_header('\x11')));
  CHECK(client.wait_for_end());
}

TEST_CASE("the address in the header is the one that is limited", "[relay][proxy]") {
  RunningRelay relay = behind_proxy();
  std::vector<WireClient> clients;
  const auto connect = [&](int host, int port) -> WireClient& {
    WireClient& client = clients.emplace_back(Transport::tcp, tcp_port(relay));
    client.send(to_buffer("PROXY TCP4 192.0.2." + std::to_string(host) + " 198.51.100.1 " +
                          std::to_string(port) + " 443\r\n"));
    return client;
  };
  for (int i = 0; i < 256; ++i) connect(1, 1000 + i);
  seen_by(clients.back());
  CHECK(connect(1, 999).wait_for_end());
  CHECK(seen_by(connect(2, 999)).to_string() == "192.0.2.2:999");
  // One name is given to one connection.
  CHECK(connect(2, 999).wait_for_end());
}

TEST_CASE("metrics are for the client that the header names", "[relay][proxy][http]") {
  RunningRelay relay = behind_proxy();
  HttpClient stranger(Transport::tcp, tcp_port(relay));
  stranger.send(binary_header('\x11'));
  CHECK(stranger.get("/healthz").status == 200);
  CHECK(stranger.get("/metrics").status == 403);
}

TEST_CASE("each datagram says whose it is, and answers go to the proxy", "[relay][proxy]") {
  RunningRelay relay = behind_proxy();
  UdpSocket proxy;
  const auto ask = [&](const std::string& header) {
    Buffer datagram = to_buffer(header);
    const Buffer request = binding_request();
    datagram.insert(datagram.end(), request.begin(), request.end());
    proxy.send(udp_port(relay), datagram);
    return xor_address(proxy.receive().bytes, stun::AttributeType::xor_mapped_address);
  };
  CHECK(ask(binary_header('\x12')) == somebody);
  CHECK(ask("\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00"s) == proxy.address());
  proxy.send(udp_port(relay), binding_request());
  CHECK(eventually([&] { return relay.service->counters().proxy_refusals == 1; }));
  proxy.send(udp_port(relay), to_buffer(binary_header('\x12')));  // Nothing behind the header.
  CHECK(ask(binary_header('\x12')) == somebody);
}

TEST_CASE("DTLS comes through a proxy of datagrams, too", "[relay][proxy][dtls]") {
  RunningRelay relay([](relay::Settings& settings) {
    settings.proxy.udp_port = 0;
    settings.tls.datagrams = true;
  });
  const DatagramProxy proxy(udp_port(relay), binary_header('\x12'));
  WireClient client(Transport::dtls, proxy.address());
  CHECK(seen_by(client) == somebody);
  UdpSocket peer;
  const TransportAddress relayed = client.allocate();
  client.bind(0x4000, peer.address());
  client.send_channel_data(0x4000, to_buffer("hello"));
  CHECK(peer.receive().bytes == to_buffer("hello"));
  peer.send(relayed, to_buffer("world"));
  CHECK(client.receive_channel_data(0x4000) == to_buffer("world"));
  CHECK(relay.service->counters().dtls_handshakes == 1);
}

TEST_CASE("answers go where a client's last datagram came from", "[proxy]") {
  ReturnPaths paths;
  const auto client = [](std::uint32_t number) {
    return turn::FiveTuple{{stun::IpAddress::v4({10, static_cast<std::uint8_t>(number >> 16),
                                                 static_cast<std::uint8_t>(number >> 8),
                                                 static_cast<std::uint8_t>(number)}),
                            1},
                           somebody,
                           Transport::udp};
  };
  const TransportAddress one = TransportAddress::parse("127.0.0.1:1").value();
  const TransportAddress other = TransportAddress::parse("127.0.0.1:2").value();
  CHECK_FALSE(paths.find(client(0)).has_value());
  paths.note(client(0), one);
  paths.note(client(0), other);
  CHECK(paths.find(client(0)) == other);
  paths.keep(client(0));
  SECTION("a flood of strangers makes nobody forgotten who has an allocation") {
    for (std::uint32_t i = 1; i <= 5 * ReturnPaths::strangers; ++i) paths.note(client(i), one);
    CHECK(paths.size() <= 2 * ReturnPaths::strangers + 1);
    CHECK(paths.find(client(0)) == other);
    CHECK(paths.find(client(5 * ReturnPaths::strangers)) == one);
    CHECK_FALSE(paths.find(client(1)).has_value());
  }
  SECTION("who has an allocation may move behind another proxy") {
    paths.note(client(0), one);
    CHECK(paths.find(client(0)) == one);
  }
  SECTION("who has none any more is forgotten") {
    paths.sweep([](const turn::FiveTuple&) { return true; });
    CHECK(paths.size() == 1);
    paths.sweep([](const turn::FiveTuple&) { return false; });
    CHECK(paths.size() == 0);
  }
}

}  // namespace relay::test
