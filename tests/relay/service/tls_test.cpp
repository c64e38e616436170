// What is particular to clients on TLS: how it begins, what is refused, how it leaves.
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "service/running_relay.h"

namespace relay::test {
using namespace std::chrono_literals;
using Catch::Contains;
using turn::Transport;

namespace {

constexpr std::uint16_t channel = 0x4000;

/// The beginning of a record with a ClientHello that is `size` bytes long.
Buffer hello_of(std::uint32_t size) {
  Buffer bytes(9);
  bytes[0] = std::byte{0x16};
  stun::store_u16(bytes, 1, 0x0301);
  stun::store_u16(bytes, 3, 16'000);
  stun::store_u32(bytes, 5, 0x0100'0000 | size);
  return bytes;
}

}  // namespace

TEST_CASE("the first byte tells TLS from TURN, on every port", "[relay][tls]") {
  RunningRelay relay;
  WireClient tls_on_plain(Transport::tls, relay.server(Transport::tcp));
  WireClient plain_on_tls(Transport::tcp, relay.server(Transport::tls));
  UdpSocket peer;
  for (WireClient* client : {&tls_on_plain, &plain_on_tls}) {
    const TransportAddress relayed = client->allocate();
    client->bind(channel, peer.address());
    peer.send(relayed, to_buffer("hello"));
    CHECK(client->receive_channel_data(channel) == to_buffer("hello"));
  }
  CHECK(relay.service->counters().tls_handshakes == 1);
}

TEST_CASE("without plain TCP only TLS is understood", "[relay][tls]") {
  RunningRelay relay([](relay::Settings& settings) { settings.tcp = false; });
  WireClient plain(Transport::tcp, relay.server(Transport::tls));
  plain.send(Buffer(20));
  CHECK(plain.wait_for_end());
  relay.client(Transport::tls).allocate();
}

TEST_CASE("a ClientHello longer than any client's is not waited for", "[relay][tls]") {
  RunningRelay relay;
  WireClient huge(Transport::tcp, relay.server(Transport::tls));
  for (const std::byte& byte : hello_of(100'000)) huge.send(Bytes(&byte, 1));
  CHECK(huge.wait_for_end());
}

TEST_CASE("a handshake that is never finished ends in time", "[relay][tls]") {
  RunningRelay relay([](relay::Settings& settings) { settings.max_allocate_timeout = 1s; });
  WireClient silent(Transport::tcp, relay.server(Transport::tls));
  silent.send(hello_of(500));
  CHECK(silent.wait_for_end());
}

TEST_CASE("many handshakes at once all come to their end", "[relay][tls]") {
  RunningRelay relay;
  std::vector<WireClient> clients;
  for (int i = 0; i < 30; ++i) {
    clients.emplace_back(Transport::tcp, relay.server(Transport::tls)).send(hello_of(500));
  }
  WireClient client = relay.client(Transport::tls);
  client.allocate();
}

TEST_CASE("why TLS failed is told in a debug line", "[relay][tls]") {
  RunningRelay relay;
  WireClient client(Transport::tcp, relay.server(Transport::tls));
  Buffer garbage = hello_of(100);
  garbage.resize(200, std::byte{0xff});
  stun::store_u16(garbage, 3, 104);
  client.send(garbage);
  CHECK(client.wait_for_end());
  CHECK_THAT(relay.sink.debug_text(), Contains("tls failed with 127.0.0.1:"));
  CHECK(relay.service->counters().tls_failures == 1);
}

TEST_CASE("a burst for one client leaves in few records", "[relay][tls]") {
  RunningRelay relay;
  WireClient client = relay.client(Transport::tls);
  UdpSocket peer;
  const TransportAddress relayed = client.allocate();
  client.bind(channel, peer.address());
  std::size_t records = 0;
  SSL_set_msg_callback_arg(client.ssl(), &records);
  SSL_set_msg_callback(client.ssl(),
                       [](int sent, int, int type, const void*, std::size_t, SSL*, void* count) {
                         if (sent == 0 && type == SSL3_RT_HEADER)
                           ++*static_cast<std::size_t*>(count);
                       });
  constexpr int bursts = 50, burst = 10;
  const Buffer payload = pattern(1100, 1);
  for (int i = 0; i < bursts; ++i) {
    for (int k = 0; k < burst; ++k) peer.send(relayed, payload);
    for (int k = 0; k < burst; ++k) REQUIRE(client.receive_channel_data(channel) == payload);
  }
  CAPTURE(records);
  CHECK(records < bursts * burst);
}

}  // namespace relay::test
