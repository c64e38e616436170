// What Prometheus is told: names, types, labels, and that the figures are those of the service.
#include "relay/metrics.h"

#include <catch2/catch.hpp>

#include "service/http_client.h"
#include "service/running_relay.h"
#include "tests/relay/net/tls/tls_client.h"

namespace relay::test {
using Catch::Contains;
using turn::Transport;

namespace {

RunningRelay with_metrics(bool by_user, bool tls = false) {
  return RunningRelay([&](relay::Settings& settings) {
    settings.metrics = {.served = true,
                        .port = 0,
                        .address = stun::IpAddress::parse("127.0.0.1"),
                        .by_user = by_user,
                        .tls = tls};
  });
}

TransportAddress metrics_port(const RunningRelay& relay) {
  return relay.service->listening_at().metrics.front();
}

std::string metrics_of(const RunningRelay& relay) {
  HttpClient client(Transport::tcp, metrics_port(relay));
  const HttpAnswer answer = client.get("/metrics");
  REQUIRE(answer.status == 200);
  CHECK_THAT(answer.head, Contains("Content-Type: text/plain; version=0.0.4"));
  return answer.content;
}

turn::Event ended(const std::string& user) {
  turn::Event event{.kind = turn::Event::Kind::expired};
  event.username = user;
  event.totals.packets_from_client = 1;
  return event;
}

}  // namespace

TEST_CASE("metrics have coturn's names and the figures of the service", "[relay][metrics]") {
  const bool by_user = GENERATE(false, true);
  RunningRelay relay = with_metrics(by_user);
  UdpSocket peer;
  {
    WireClient client = relay.client(Transport::tcp);
    client.allocate();
    client.bind(0x4000, peer.address());
    client.send_channel_data(0x4000, pattern(100, 1));
    CHECK(peer.receive().bytes.size() == 100);
    const std::string now = metrics_of(relay);
    CHECK_THAT(now, Contains("# TYPE turn_total_allocations gauge\n"));
    CHECK_THAT(now, Contains("turn_total_allocations{type=\"TCP\"} 1\n"));
    CHECK_THAT(now, Contains("turn_total_allocations{type=\"UDP\"} 0\n"));
    CHECK_THAT(now, Contains("\nturnbox_allocations 1\n"));
    CHECK_THAT(now, Contains("\nturn_total_traffic_rcvp 0\n"));
    CHECK_THAT(now, Contains("\nturnbox_certificate_expiry_seconds "));
    client.refresh(0);
  }
  const std::string after = metrics_of(relay);
  const std::string labels =
      by_user ? "{realm=\"example.org\",user=\"alice\"}" : "{realm=\"example.org\"}";
  CHECK_THAT(after, Contains("# TYPE turn_traffic_rcvp counter\n"));
  CHECK_THAT(after, Contains("\nturn_traffic_rcvp" + labels + " 1\n"));
  CHECK_THAT(after, Contains("\nturn_traffic_peer_sentb" + labels + " 100\n"));
  CHECK_THAT(after, Contains("\nturn_total_traffic_rcvp 1\n"));
  CHECK_THAT(after, Contains("turn_total_allocations{type=\"TCP\"} 0\n"));
}

TEST_CASE("on the port for metrics there is HTTP alone", "[relay][metrics]") {
  RunningRelay relay = with_metrics(false);
  WireClient client(Transport::tcp, metrics_port(relay));
  client.send(Buffer(20));
  CHECK(client.wait_for_end());
  HttpClient browser(Transport::tcp, metrics_port(relay));
  CHECK(browser.get("/").content == "ok\n");
}

TEST_CASE("metrics over TLS are not served without", "[relay][metrics][tls]") {
  RunningRelay relay = with_metrics(false, true);
  HttpClient plain(Transport::tcp, metrics_port(relay));
  plain.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(plain.read_to_end().empty());
  HttpClient in_tls(Transport::tls, metrics_port(relay));
  CHECK(in_tls.get("/metrics").status == 200);
}

TEST_CASE("metrics may have a certificate of their own", "[relay][metrics][tls]") {
  const net::tls::test::TestIdentity identity({.dns = {"metrics.example.org"}, .addresses = {}});
  const net::tls::SharedContext own(net::tls::Context::load(identity.options()).value());
  QuietSink sink;
  const auto service =
      Service::start(test_plan([](relay::Settings& settings) {
                       settings.metrics = {.served = true,
                                           .port = 0,
                                           .address = stun::IpAddress::parse("127.0.0.1"),
                                           .tls = true};
                     }),
                     sink, &test_certificate(), &own)
          .value();
  const auto shown = [](const TransportAddress& address) {
    const WireClient client(Transport::tls, address);
    const net::tls::X509Pointer certificate(SSL_get1_peer_certificate(client.ssl()));
    return net::tls::describe(*certificate).dns_names.at(0);
  };
  CHECK(shown(service->listening_at().metrics.front()) == "metrics.example.org");
  CHECK(shown(service->tls_listeners().front()) == "localhost");
}

TEST_CASE("metrics are on the ports of TURN for this host", "[relay][metrics]") {
  RunningRelay relay;
  HttpClient client(Transport::tls, relay.server(Transport::tls));
  CHECK_THAT(client.get("/metrics").content, Contains("\nturnbox_tls_handshakes_total 1\n"));
}

TEST_CASE("users beyond the thousandth are summed together", "[metrics]") {
  QuietSink log;
  Traffic traffic(true, true, log);
  for (std::size_t i = 0; i < 3 * Traffic::max_users; ++i) {
    traffic.event(0, ended("user" + std::to_string(i)));
  }
  const auto totals = traffic.totals();
  CHECK(totals.size() == Traffic::max_users + 1);
  CHECK(totals.at({"", Traffic::others}).packets_from_client == 2 * Traffic::max_users);
}

TEST_CASE("what realms carried is told apart", "[metrics]") {
  QuietSink log;
  Traffic traffic(true, false, log);
  for (const char* realm : {"north", "south", "north"}) {
    turn::Event event = ended("somebody");
    event.realm = realm;
    traffic.event(0, event);
  }
  const auto totals = traffic.totals();
  REQUIRE(totals.size() == 2);
  CHECK(totals.at({"north", ""}).packets_from_client == 2);
  CHECK(totals.at({"south", ""}).packets_from_client == 1);
}

TEST_CASE("what strangers are answered is counted as coturn does", "[relay][metrics]") {
  RunningRelay relay = with_metrics(false);
  WireClient client = relay.client(Transport::udp);
  client.allocate();  // refused once
  WireClient asking = relay.client(Transport::udp);
  asking.request(stun::Method::binding, [](stun::MessageBuilder&) {});
  asking.request(stun::Method::binding, [](stun::MessageBuilder&) {});
  asking.request(stun::Method::binding, [](stun::MessageBuilder& request) {
    request.add(stun::AttributeType{0x7ff0}, {});
  });
  const std::string text = metrics_of(relay);
  CHECK_THAT(text, Contains("# TYPE stun_binding_response counter\nstun_binding_response 2\n"));
  CHECK_THAT(text, Contains("# TYPE stun_binding_error counter\nstun_binding_error 1\n"));
  CHECK_THAT(text, Contains("\nturn_unauthenticated_401_requests 1\n"));
  CHECK_THAT(text, Contains("\nturn_unauthenticated_401_responses 1\n"));
  CHECK_THAT(text, Contains("\nturn_unauthenticated_401_dropped_responses 0\n"));
  CHECK_THAT(text, Contains("# TYPE turn_ratelimit_occupied_buckets gauge\n"));
}

}  // namespace relay::test
