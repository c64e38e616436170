// The DTLS clients of a worker: how they begin, begin anew, are told apart and end.
#include "relay/dtls_clients.h"

#include <catch2/catch.hpp>

#include "relay/net/dtls/client_hello.h"
#include "service/running_relay.h"
#include "tests/relay/dtls_bench.h"
#include "tests/relay/net/tls/tls_client.h"
#include "tests/support/heap_count.h"

namespace relay::test {
using namespace std::chrono_literals;

namespace {

const turn::FiveTuple alice = dtls_client_at("198.51.100.7:40000");

/// One that is through with its handshake.
struct Established {
  explicit Established(DtlsBench& bench, const turn::FiveTuple& name = alice) {
    REQUIRE(bench.shake_hands(client, name));
  }
  Buffer sealed(std::string_view text) {
    client.send(to_buffer(text));
    return client.take_output().at(0);
  }
  DtlsBench::Client client;
};

Buffer joined(const Buffer& first, const Buffer& second) {
  Buffer both = first;
  both.insert(both.end(), second.begin(), second.end());
  return both;
}

}  // namespace

TEST_CASE("a client shakes hands, after a cookie, and its messages come through", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  Established alices(bench);
  CHECK(bench.counters.cookies_asked_for.read() == 1);
  CHECK(bench.counters.handshakes.read() == 1);
  CHECK(bench.said.starts_with("DTLSv1.2 ECDHE-"));
  bench.give(alice, alices.sealed("hello"));
  CHECK(bench.messages == std::vector<Buffer>{to_buffer("hello")});
  bench.clients.send_control(alice, to_buffer("answer"));
  CHECK(alices.client.receive(bench.take_sent().at(0)) == to_buffer("answer"));
}

TEST_CASE("several records in one datagram are several messages", "[relay][dtls][rfc6347-4.1.1]") {
  DtlsBench bench(test_certificate());
  Established alices(bench);
  const Buffer first = alices.sealed("one"), second = alices.sealed("two");
  bench.give(alice, joined(first, second));
  CHECK(bench.messages == std::vector<Buffer>{to_buffer("one"), to_buffer("two")});
  bench.messages.clear();
  bench.give(alice, joined(alices.sealed("three"), to_buffer("no record")));
  CHECK(bench.messages == std::vector<Buffer>{to_buffer("three")});
  CHECK(bench.counters.dropped.read() == 1);
}

TEST_CASE("a record that somebody changed, or sent again, is no message", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  Established alices(bench);
  const Buffer record = alices.sealed("hello");
  Buffer changed = record;
  changed.back() ^= std::byte{1};
  bench.give(alice, changed);
  CHECK(bench.messages.empty());
  bench.give(alice, record);
  bench.give(alice, record);
  CHECK(bench.messages.size() == 1);
  CHECK(bench.counters.clients.read() == 1);
}

TEST_CASE("a flight of the client that is lost comes again", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  const std::size_t lost = GENERATE(1u, 2u);
  DtlsBench::Client client;
  client.receive();
  std::size_t flight = 0;
  bench.converse(client, alice, [&](const Buffer&) { return flight++ == 2 * lost; });
  CHECK_FALSE(client.is_established());
  client.repeat();
  bench.converse(client, alice);
  CHECK(client.is_established());
}

TEST_CASE("a last flight of the server that is lost is repeated when the client repeats its own",
          "[relay][dtls][rfc6347-4.2.4]") {
  DtlsBench bench(test_certificate());
  DtlsBench::Client client;
  client.receive();
  bench.converse(client, alice,
                 [&](const Buffer&) { return bench.counters.handshakes.read() == 1; });
  CHECK(bench.counters.handshakes.read() == 1);
  CHECK_FALSE(client.is_established());
  client.repeat();
  bench.converse(client, alice);
  CHECK(client.is_established());
}

TEST_CASE("a flight of the server that is lost is repeated in time",
          "[relay][dtls][rfc6347-4.2.4]") {
  DtlsBench bench(test_certificate());
  DtlsBench::Client client;
  client.receive();
  std::size_t lost = 0;
  bench.converse(client, alice, [&](const Buffer& datagram) {
    return datagram.size() > 200 && bench.counters.clients.read() == 1 && ++lost != 0;
  });
  REQUIRE(lost != 0);
  REQUIRE_FALSE(client.is_established());
  // OpenSSL's timer of one second goes by the real clock.
  REQUIRE(eventually([&] {
    bench.now = std::chrono::steady_clock::now();
    bench.clients.on_time(bench.now);
    return !bench.sent.empty();
  }));
  for (const Buffer& datagram : bench.take_sent()) client.receive(datagram);
  bench.converse(client, alice);
  CHECK(client.is_established());
}

TEST_CASE("a chain of certificates longer than a datagram leaves in pieces of 1200 bytes",
          "[relay][dtls]") {
  net::tls::Names names{.dns = {}, .addresses = {"127.0.0.1"}};
  for (int i = 0; i < 200; ++i) names.dns.push_back("a-rather-long-name-" + std::to_string(i));
  const net::tls::test::TestIdentity identity(names);
  const net::tls::SharedContext context(net::tls::Context::load(identity.options()).value());
  DtlsBench bench(context);
  DtlsBench::Client client;
  client.receive();
  std::size_t longest = 0, count = 0;
  bench.converse(client, alice, [&](const Buffer& datagram) {
    longest = std::max(longest, datagram.size());
    ++count;
    return false;
  });
  CHECK(client.is_established());
  CHECK(longest <= 1200);
  CHECK(longest > 1100);
  CHECK(count > 8);
}

TEST_CASE("a client that begins anew keeps its old association until the new one is complete",
          "[relay][dtls][rfc6347-4.2.8]") {
  DtlsBench bench(test_certificate());
  bench.allocated.insert(alice.client);
  Established old(bench);
  DtlsBench::Client client;
  client.receive();
  const Buffer hello = client.take_output().at(0);
  const std::vector<Buffer> verify = bench.give(alice, hello);
  REQUIRE(verify.size() == 1);
  client.receive(verify[0]);
  const Buffer hello_with_cookie = client.take_output().at(0);
  for (const Buffer& datagram : bench.give(alice, hello_with_cookie)) client.receive(datagram);
  bench.give(alice, old.sealed("still here"));
  CHECK(bench.messages.size() == 1);
  CHECK(bench.ended.empty());

  SECTION("and it ends then, with what belonged to it") {
    bench.converse(client, alice);
    CHECK(client.is_established());
    CHECK(bench.ended == std::vector<turn::FiveTuple>{alice});
    bench.give(alice, old.sealed("too late"));
    CHECK(bench.messages.size() == 1);
    client.send(to_buffer("new"));
    bench.converse(client, alice);
    CHECK(bench.messages.back() == to_buffer("new"));
    CHECK(bench.counters.clients.read() == 1);
  }
  SECTION("and it stays when the new one is never complete") {
    bench.advance(11s);
    CHECK(bench.counters.failures.read() == 1);
    CHECK(bench.ended.empty());
    bench.give(alice, old.sealed("as ever"));
    CHECK(bench.messages.size() == 2);
  }
}

TEST_CASE("a ClientHello that comes twice begins one handshake", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  DtlsBench::Client client;
  client.receive();
  client.receive(bench.give(alice, client.take_output().at(0)).at(0));
  const Buffer hello = client.take_output().at(0);
  const std::vector<Buffer> flight = bench.give(alice, hello);
  CHECK_FALSE(flight.empty());
  CHECK(bench.give(alice, hello).empty());
  for (const Buffer& datagram : flight) client.receive(datagram);
  bench.converse(client, alice);
  CHECK(client.is_established());
  CHECK(bench.give(alice, hello).empty());  // late
  CHECK(bench.counters.handshakes.read() == 1);
}

TEST_CASE("a client that gives up and begins anew during a handshake is served", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  DtlsBench::Client first, second;
  first.receive();
  first.receive(bench.give(alice, first.take_output().at(0)).at(0));
  CHECK_FALSE(bench.give(alice, first.take_output().at(0)).empty());
  CHECK(bench.shake_hands(second, alice));
  CHECK(bench.counters.clients.read() == 1);
}

TEST_CASE("more handshakes than a round has time for go on in the next", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  constexpr int many = 20;
  std::vector<std::pair<turn::FiveTuple, std::unique_ptr<DtlsBench::Client>>> clients;
  for (int i = 0; i < many; ++i) {
    clients.emplace_back(dtls_client_at("198.51.100.7:" + std::to_string(41000 + i)),
                         std::make_unique<DtlsBench::Client>());
    auto& [name, client] = clients.back();
    client->receive();
    client->receive(bench.give(name, client->take_output().at(0)).at(0));
    bench.give(name, client->take_output().at(0));
  }
  CHECK(bench.counters.clients.read() < many);
  for (int round = 0; round < many; ++round) bench.end_round();
  CHECK(bench.counters.clients.read() == many);
  CHECK(bench.counters.refused.read() == 0);
}

TEST_CASE("a client without an allocation is asked to leave, one with an allocation stays",
          "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  const turn::FiveTuple bob = dtls_client_at("198.51.100.8:40000");
  Established alices(bench), bobs(bench, bob);
  bench.allocated.insert(alice.client);
  bench.advance(61s);
  CHECK(bench.ended == std::vector<turn::FiveTuple>{bob});
  for (const Buffer& datagram : bench.take_sent()) bobs.client.receive(datagram);
  CHECK(bobs.client.was_closed());
  bench.give(alice, alices.sealed("still here"));
  CHECK(bench.messages.size() == 1);

  bench.allocated.clear();  // It expires.
  bench.advance(61s);
  CHECK(bench.counters.clients.read() == 0);
}

TEST_CASE("an idle client holds no buffers, and goes on as if it had", "[relay][dtls]") {
  DtlsBench bench(test_certificate());
  bench.echoes = true;
  Established alices(bench);
  const std::int64_t busy = support::heap_in_use().bytes;
  bench.advance(2s);
  bench.advance(2s);
  if (support::openssl_heap_is_counted()) CHECK(support::heap_in_use().bytes < busy - 30'000);
  SECTION("when it sends") {
    alices.client.send(to_buffer("hello"));
    CHECK(bench.converse(alices.client, alice) == to_buffer("hello"));
  }
  SECTION("when it is sent to") {
    bench.clients.send_control(alice, to_buffer("hello"));
    CHECK(alices.client.receive(bench.take_sent().at(0)) == to_buffer("hello"));
  }
  SECTION("when it leaves") {
    alices.client.close();
    bench.converse(alices.client, alice);
    CHECK(bench.ended == std::vector<turn::FiveTuple>{alice});
  }
}

TEST_CASE("an idle client costs less than 38 kB", "[relay][dtls]") {
  REQUIRE(support::openssl_heap_is_counted());
  DtlsBench bench(test_certificate());
  constexpr int count = 30;
  const auto serve = [&](int from) {
    for (int i = from; i < from + count; ++i) {
      Established one(bench, dtls_client_at("198.51.100.7:" + std::to_string(41000 + i)));
    }
    bench.advance(2s);
    bench.advance(2s);
  };
  serve(0);
  const std::int64_t before = support::heap_in_use().bytes;
  serve(count);
  const std::int64_t each = (support::heap_in_use().bytes - before) / count;
  CAPTURE(each);
  CHECK(each < 38'000);
}

}  // namespace relay::test
