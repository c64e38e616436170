// The options of HTTP, metrics and proxies: what they come to, and what wrong ones are told.
#include "bench.h"

namespace relay::options {
namespace {

using Catch::Contains;
using Catch::EndsWith;

}  // namespace

TEST_CASE("metrics are asked for as coturn has it", "[options]") {
  const MetricsSettings metrics =
      from_conf(
          "prometheus\nprometheus-port=9999\nprometheus-address=192.0.2.1\n"
          "prometheus-path=/numbers\nprometheus-username-labels\n")
          .settings.metrics;
  CHECK(metrics.served);
  CHECK(metrics.port == 9999);
  CHECK(metrics.address == stun::IpAddress::parse("192.0.2.1"));
  CHECK(metrics.path == "/numbers");
  CHECK(metrics.by_user);
  CHECK_FALSE(metrics.tls);
  CHECK_FALSE(from_conf("prometheus=0\n").settings.metrics.served);
  CHECK(from_conf("prometheus-tls\n").settings.metrics.served);
  CHECK_FALSE(from_conf("prometheus-tls=no\n").settings.metrics.served);
}

TEST_CASE("metrics may have a certificate of their own", "[options]") {
  const MetricsSettings metrics = parsed({"--prometheus-tls", "--no-tls",
                                          "--prometheus-cert=/m.pem", "--prometheus-key=/k.pem"})
                                      .settings.metrics;
  CHECK(metrics.certificate_file == "/m.pem");
  CHECK(metrics.key_file == "/k.pem");
  CHECK_THAT(failure({"--prometheus-tls", "--no-tls"}), Contains("prometheus-cert"));
  const auto warnings = parsed({"--prometheus-key=/k.pem"}).warnings;
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings.front(),
             Contains("--prometheus-key") && Contains("of no use without prometheus-cert"));
}

TEST_CASE("HTTP on the TURN ports is served, refused or closed", "[options]") {
  CHECK(parsed({}).settings.http.served);
  CHECK_FALSE(parsed({"--no-http"}).settings.http.served);
  CHECK(parsed({"--respond-http-unsupported"}).settings.http.refused);
  const HttpSettings http =
      parsed({"--metrics-allowed-ip=10.0.0.0/8", "--metrics-allowed-ip=192.0.2.1",
              "--acme-redirect=http://192.0.2.9/x/"})
          .settings.http;
  CHECK(http.metrics_readers.size() == 2);
  CHECK(http.acme_redirect == "http://192.0.2.9/x/");
  CHECK(from_conf("acme-redirect=\n").settings.http.acme_redirect.empty());
}

TEST_CASE("ports for proxies, and whom to believe there", "[options]") {
  CHECK_FALSE(parsed({}).settings.proxy.tcp_port.has_value());
  CHECK_FALSE(parsed({"--tcp-proxy-port=0"}).settings.proxy.tcp_port.has_value());
  const ProxySettings proxy = parsed({"--tcp-proxy-port=8443", "--udp-proxy-port=8444",
                                      "--trusted-proxy=10.0.0.1-10.0.0.9"})
                                  .settings.proxy;
  CHECK(proxy.tcp_port == 8443);
  CHECK(proxy.udp_port == 8444);
  REQUIRE(proxy.trusted.size() == 1);
  CHECK(proxy.trusted.front().last == stun::IpAddress::parse("10.0.0.9"));
}

TEST_CASE("rooms hold two unless more are asked for, and can be done without", "[options]") {
  CHECK(parsed({}).settings.signaling.served);
  CHECK(parsed({}).settings.signaling.room_size == 2);
  CHECK(parsed({"--room-size=8"}).settings.signaling.room_size == 8);
  CHECK_FALSE(parsed({"--no-signal"}).settings.signaling.served);
  CHECK(parsed({"--no-signal=false"}).settings.signaling.served);
  CHECK_THAT(failure({"--room-size=1"}), Contains("2") && Contains("64"));
  CHECK_THAT(failure({"--room-size=65"}), Contains("2") && Contains("64"));
}

TEST_CASE("wrong values are told what to write instead", "[options]") {
  CHECK_THAT(failure({"--prometheus-path=metrics"}),
             Contains("\"metrics\" does not begin with a slash; write a path such as /metrics"));
  CHECK_THAT(conf_failure("prometheus-path=/a?b\n"),
             Contains("\"/a?b\" has a character that no path has") &&
                 EndsWith("  prometheus-path=/a?b\n                      ^"));
  CHECK_THAT(failure({"--acme-redirect=example.org"}),
             Contains("\"example.org\" is no URL; write one that begins with http://"));
  CHECK_THAT(failure({"--acme-redirect=http://a/\r\nSet-Cookie:b"}),
             Contains("has a character that no URL has; write it percent-encoded"));
  CHECK_THAT(failure({"--trusted-proxy=proxy.example.org"}), Contains("proxy.example.org"));
  CHECK_THAT(failure({"--udp-proxy-port=70000"}), Contains("\"70000\" is not a port"));
  CHECK_THAT(failure({"--trusted-proxies=::1"}), Contains("trusted-proxy"));
  CHECK_THAT(failure({"--prometheus-tls", "--no-tls"}), Contains("contradict each other"));
}

TEST_CASE("pages and signaling have ports, unless there are none", "[options]") {
  const SignalingSettings usual = parsed({}).settings.signaling;
  CHECK(usual.served);
  CHECK_FALSE(usual.port.has_value());
  CHECK_FALSE(usual.chat_port.has_value());
  CHECK(usual.ping_interval.count() == 25);
  CHECK(parsed({"-p", "0"}).settings.signaling.port == 0);
  CHECK(parsed({"-p", "0", "--signal-tls-port=443"}).settings.signaling.tls_port == 443);
  const SignalingSettings given =
      parsed({"--signal-port=80", "--chat-port=8010", "--ws-origin=https://a.example:8443",
              "--ws-origin=*", "--web-root=/srv/www", "--signal-connections=0", "--ws-ping=40"})
          .settings.signaling;
  CHECK(given.port == 80);
  CHECK(given.chat_port == 8010);
  CHECK(given.origins == std::vector<std::string>{"https://a.example:8443", "*"});
  CHECK(given.web_root == "/srv/www");
  CHECK(given.connections_per_address == 0);
  CHECK(given.ping_interval.count() == 40);
  const Parsed none = parsed({"--no-signal", "--signal-port=80"});
  CHECK_FALSE(none.settings.signaling.served);
  REQUIRE(none.warnings.size() == 1);
  CHECK_THAT(none.warnings.front(), Contains("no effect, because of no-signal"));

  CHECK_THAT(failure({"--ws-origin=example.org"}),
             Contains("\"example.org\" is no origin; write one such as https://example.org, or *"));
  CHECK_THAT(failure({"--ws-origin=https://example.org/"}),
             Contains("has more than an origin; write scheme, host and port alone"));
  CHECK_THAT(failure({"--ws-ping=0"}), Contains("ws-ping"));
  CHECK_THAT(failure({"--chat-port=99999"}), Contains("\"99999\" is not a port"));
}

}  // namespace relay::options
