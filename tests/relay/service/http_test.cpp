// HTTP on the ports of TURN, beside TURN and TLS: how it is told apart, and what it may cost.
#include <catch2/catch.hpp>

#include "service/http_client.h"
#include "service/running_relay.h"

namespace relay::test {
using namespace std::chrono_literals;
using turn::Transport;

namespace {

HttpClient http(const RunningRelay& relay, Transport transport,
                const std::string& protocol = "http/1.1") {
  return HttpClient(transport, relay.server(transport), protocol);
}

}  // namespace

TEST_CASE("one TCP port carries TURN, TURNS and HTTP in both at the same time", "[relay][http]") {
  RunningRelay relay;
  const TransportAddress port = relay.server(GENERATE(Transport::tcp, Transport::tls));
  WireClient turn(Transport::tcp, port), turns(Transport::tls, port);
  HttpClient plain(Transport::tcp, port), in_tls(Transport::tls, port);
  HttpClient by_first_byte(Transport::tls, port, "");
  UdpSocket peer;
  std::vector<TransportAddress> relayed;
  for (WireClient* client : {&turn, &turns}) {
    relayed.push_back(client->allocate());
    client->bind(0x4000, peer.address());
  }
  for (HttpClient* client : {&plain, &in_tls, &by_first_byte}) {
    CHECK(client->get("/healthz").status == 200);
  }
  peer.send(relayed[0], to_buffer("over tcp"));
  peer.send(relayed[1], to_buffer("over tls"));
  CHECK(turn.receive_channel_data(0x4000) == to_buffer("over tcp"));
  CHECK(turns.receive_channel_data(0x4000) == to_buffer("over tls"));
  for (HttpClient* client : {&plain, &in_tls, &by_first_byte}) {
    CHECK(client->get("/nowhere").status == 404);
  }
}

TEST_CASE("what ALPN agreed on counts more than the first byte", "[relay][http][rfc7443]") {
  RunningRelay relay;
  HttpClient client = http(relay, Transport::tls, "stun.turn");
  client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_to_end().empty());
}

TEST_CASE("requests may be pipelined and arrive byte by byte", "[relay][http][rfc9112-9.3.2]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls);
  RunningRelay relay;
  HttpClient client = http(relay, transport);
  const std::string one = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
  client.send(one + one + "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + one.substr(0, 10));
  CHECK(client.receive().content == "ok\n");
  CHECK(client.receive().content == "ok\n");
  CHECK(client.receive(true).status == 200);
  for (const char& byte : one.substr(10)) client.send(std::string_view(&byte, 1));
  CHECK(client.receive().content == "ok\n");
}

TEST_CASE("after a refusal, or when the client says so, the connection ends in order",
          "[relay][http][rfc9112-9.6]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls);
  RunningRelay relay;
  HttpClient client = http(relay, transport);
  int status = 200;
  SECTION("close") { client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"); }
  SECTION("garbage") {
    status = 400;
    client.send("GET / HTTP/1.1\r\nHo st: a\r\n\r\n");
  }
  SECTION("content") {
    status = 413;
    client.send("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  }
  SECTION("chunks") {
    status = 411;
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  }
  SECTION("an expectation that cannot be met") {
    status = 417;
    client.send("GET / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n\r\n");
  }
  const HttpAnswer answer = client.receive();
  CHECK(answer.status == status);
  CHECK(answer.head.find("Connection: close\r\n") != std::string::npos);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("what follows the last request is not answered", "[relay][http][rfc9112-9.6]") {
  RunningRelay relay;
  HttpClient client = http(relay, Transport::tcp);
  client.send(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.receive().status == 200);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a server that drains says so to those who balance", "[relay][http]") {
  RunningRelay relay;
  HttpClient client = http(relay, Transport::tcp);
  CHECK(client.get("/readyz").status == 200);
  relay.service->begin_drain();
  CHECK(client.get("/readyz").status == 503);
  CHECK(client.get("/healthz").status == 200);
}

TEST_CASE("without plain TCP there is no plain HTTP", "[relay][http]") {
  RunningRelay relay([](relay::Settings& settings) { settings.tcp = false; });
  HttpClient plain(Transport::tcp, relay.server(Transport::tls));
  plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(plain.read_to_end().empty());
  CHECK(http(relay, Transport::tls).get("/").status == 200);
}

TEST_CASE("a port for pages that nobody asked for may be taken, one that was asked for may not",
          "[relay][http]") {
  RunningRelay first;
  const std::uint16_t taken = first.service->listening_at().signal.front().port;
  CHECK(first.service->remarks().empty());
  QuietSink sink;
  Plan plan = test_plan();
  plan.signal_listeners.front().port = taken;
  plan.settings.signaling.port.reset();
  const auto without = Service::start(plan, sink, &test_certificate());
  REQUIRE(without.has_value());
  CHECK((*without)->listening_at().signal.empty());
  CHECK(!(*without)->listening_at().signal_tls.empty());
  REQUIRE((*without)->remarks().size() == 1);
  CHECK_THAT((*without)->remarks().front(),
             Catch::Contains("is in use by another program") &&
                 Catch::Contains("--signal-port chooses another, --no-signal none"));

  plan.settings.signaling.port = taken;
  const auto refused = Service::start(plan, sink, &test_certificate());
  REQUIRE(!refused.has_value());
  CHECK_THAT(refused.error(), Catch::EndsWith("; choose another --signal-port"));

  HttpClient page(Transport::tcp, first.service->listening_at().signal.front());
  CHECK(page.get("/healthz").status == 200);
  HttpClient turn(Transport::tcp, first.service->listening_at().signal.front());
  turn.send(std::string("\0\1\0\0\x21\x12\xa4\x42twelve bytes", 20));
  CHECK(turn.read_to_end().empty());
}

}  // namespace relay::test
