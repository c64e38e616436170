// What strangers may send to a DTLS server, and what it costs.
#include <catch2/catch.hpp>

#include "service/running_relay.h"
#include "tests/relay/dtls_bench.h"
#include "tests/support/heap_count.h"

namespace relay::test {
using namespace std::chrono_literals;

namespace {

const turn::FiveTuple alice = dtls_client_at("198.51.100.7:40000");

turn::FiveTuple port_of_alice(int port) {
  return dtls_client_at("198.51.100.7:" + std::to_string(port));
}

/// The ClientHello with its cookie that this client sends from there.
Buffer hello_with_cookie(DtlsBench& bench, DtlsBench::Client& client, const turn::FiveTuple& name) {
  client.receive();
  client.receive(bench.give(name, client.take_output().at(0)).at(0));
  return client.take_output().at(0);
}

/// A handshake that its client does not go on with.
void begin_handshake(DtlsBench& bench, const turn::FiveTuple& name) {
  DtlsBench::Client client;
  bench.give(name, hello_with_cookie(bench, client, name));
  bench.end_round();
}

Buffer record_of(unsigned type, std::uint16_t epoch, std::size_t size) {
  Buffer bytes(13 + size, std::byte{0x55});
  bytes[0] = static_cast<std::byte>(type);
  stun::store_u16(bytes, 1, 0xfefd);
  stun::store_u16(bytes, 3, epoch);
  stun::store_u16(bytes, 11, static_cast<std::uint16_t>(size));
  return bytes;
}

}  // namespace

TEST_CASE("ClientHellos from many ports cost no memory, and get back less than they are",
          "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  DtlsBench::Client client;
  client.receive();
  const Buffer hello = client.take_output().at(0);
  bench.keeps_sent = false;
  const support::HeapInUse before = support::heap_in_use();
  turn::FiveTuple name = alice;
  for (int port = 1; port <= 50'000; ++port) {
    name.client.port = static_cast<std::uint16_t>(port);
    bench.clients.on_datagram(name, hello, 0, bench.now);
  }
  bench.end_round();
  CHECK(bench.sent_count == 50'000);
  CHECK(support::heap_in_use() == before);
  CHECK(bench.counters.clients.read() == 0);
  bench.keeps_sent = true;
  CHECK(bench.give(alice, hello).at(0).size() < hello.size());
}

TEST_CASE("a ClientHello is not answered when its source had enough answers", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  bench.answers_hellos = false;
  DtlsBench::Client client;
  client.receive();
  CHECK(bench.give(alice, client.take_output().at(0)).empty());
}

TEST_CASE("a cookie of somebody else begins nothing", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  DtlsBench::Client client;
  const Buffer hello = hello_with_cookie(bench, client, alice);
  CHECK(bench.give(port_of_alice(40001), hello).empty());
  CHECK(bench.counters.clients.read() == 0);
  CHECK(bench.counters.dropped.read() == 1);
}

TEST_CASE("what is no ClientHello is dropped when nobody knows who sends it", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  const unsigned type = GENERATE(20U, 21U, 22U, 23U, 24U, 63U);
  const auto epoch = GENERATE(as<std::uint16_t>(), 0, 1, 2);
  CHECK(bench.give(alice, record_of(type, epoch, 100)).empty());
  CHECK(bench.give(alice, Buffer(1, static_cast<std::byte>(type))).empty());
  CHECK(bench.counters.dropped.read() == 2);
  CHECK(bench.counters.clients.read() == 0);
}

TEST_CASE("handshakes that are not finished are bounded, and end in time", "[relay][dtls]") {
  DtlsBench bench(test_certificate(), {.handshakes = 8, .handshakes_per_source = 5});
  for (int i = 0; i < 7; ++i) begin_handshake(bench, port_of_alice(41000 + i));
  CHECK(bench.counters.clients.read() == 5);
  CHECK(bench.counters.refused.read() == 2);
  for (int i = 0; i < 7; ++i) {
    begin_handshake(bench, dtls_client_at("203.0.113." + std::to_string(1 + i) + ":40000"));
  }
  CHECK(bench.counters.clients.read() == 8);

  bench.advance(11s);
  CHECK(bench.counters.clients.read() == 0);
  CHECK(bench.counters.failures.read() == 8);
  DtlsBench::Client client;
  CHECK(bench.shake_hands(client, alice));
}

TEST_CASE("clients of one IPv6 network share a bound", "[relay][dtls]") {
  DtlsBench bench(test_certificate(), {.handshakes_per_source = 2});
  for (int i = 1; i <= 4; ++i) {
    begin_handshake(bench, dtls_client_at("[2001:db8:1:1::" + std::to_string(i) + "]:40000"));
  }
  CHECK(bench.counters.clients.read() == 2);
  begin_handshake(bench, dtls_client_at("[2001:db8:1:2::1]:40000"));
  CHECK(bench.counters.clients.read() == 3);
}

TEST_CASE("clients without allocation are bounded for each source", "[relay][dtls]") {
  DtlsBench bench(test_certificate(), {.strangers_per_source = 2});
  std::array<DtlsBench::Client, 4> clients;
  CHECK(bench.shake_hands(clients[0], port_of_alice(1)));
  CHECK(bench.shake_hands(clients[1], port_of_alice(2)));
  CHECK_FALSE(bench.shake_hands(clients[2], port_of_alice(3)));
  bench.allocated.insert(port_of_alice(1).client);
  bench.advance(61s);  // The first has an allocation; the second leaves.
  CHECK(bench.counters.clients.read() == 1);
  CHECK(bench.shake_hands(clients[3], port_of_alice(3)));
}

TEST_CASE("forged datagrams end no association", "[relay][dtls][rfc6347-4.2.8]") {
  DtlsBench bench(test_certificate());
  DtlsBench::Client client, forger, other_forger;
  REQUIRE(bench.shake_hands(client, alice));
  forger.receive();
  const Buffer hello = forger.take_output().at(0);
  const Buffer of_forger = hello_with_cookie(bench, other_forger, port_of_alice(40001));
  for (int i = 0; i < 3; ++i) {
    bench.give(alice, hello);
    bench.give(alice, of_forger);
    for (const unsigned type : {20U, 21U, 22U, 23U}) {
      for (std::uint16_t epoch = 0; epoch <= 2; ++epoch) {
        bench.give(alice, record_of(type, epoch, 2));
        bench.give(alice, record_of(type, epoch, 200));
      }
    }
    bench.end_round();
  }
  client.send(to_buffer("still here"));
  bench.converse(client, alice);
  CHECK(bench.messages == std::vector<Buffer>{to_buffer("still here")});
  CHECK(bench.ended.empty());
}

TEST_CASE("sealed records before their time are not kept", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  begin_handshake(bench, alice);
  bench.keeps_sent = false;
  const support::HeapInUse before = support::heap_in_use();
  for (int i = 0; i < 1000; ++i) {
    for (const unsigned type : {21U, 22U, 23U}) {
      Buffer record = record_of(type, 1, 1000);
      stun::store_u32(record, 7, static_cast<std::uint32_t>(i));
      bench.clients.on_datagram(alice, record, 0, bench.now);
    }
  }
  CHECK(support::heap_in_use() == before);
  CHECK(bench.counters.dropped.read() == 3000);
}

TEST_CASE("handshakes that wait for their turn are bounded", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  constexpr int many = 200;
  std::vector<std::pair<turn::FiveTuple, Buffer>> hellos;
  for (int i = 0; i < many; ++i) {
    DtlsBench::Client client;
    const turn::FiveTuple name = dtls_client_at("203.0.113.1:" + std::to_string(1000 + i));
    hellos.emplace_back(name, hello_with_cookie(bench, client, name));
  }
  for (const auto& [name, hello] : hellos) {
    bench.clients.on_datagram(name, hello, 0, bench.now);
  }
  CHECK(bench.counters.refused.read() == many - 4 - 64);
}

}  // namespace relay::test
