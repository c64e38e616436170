// What is answered over HTTP, to whom.
#include "relay/http/site.h"

#include <catch2/catch.hpp>

namespace relay::http {
namespace {

using Serving = SiteOptions::Serving;

struct SiteBench {
  explicit SiteBench(const SiteOptions& options = {})
      : site(options, [] { return std::string("figures\n"); }) {}

  Response get(const std::string& path, const std::string& more = "") const {
    return send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n");
  }
  Response send(const std::string& text) const {
    const auto head = RequestHead::parse(text);
    REQUIRE(head.has_value());
    REQUIRE(head->has_value());
    return site.answer({.head = **head, .client = client, .entrance = entrance});
  }

  Site site;
  stun::IpAddress client = stun::IpAddress::parse("203.0.113.7").value();
  net::Entrance entrance = net::Entrance::clients;
};

}  // namespace

TEST_CASE("a server says that it lives, and until it drains that it serves", "[http]") {
  SiteBench bench;
  CHECK(bench.get("/healthz").status == Status::ok);
  CHECK(bench.get("/readyz").status == Status::ok);
  bench.site.begin_drain();
  CHECK(bench.get("/healthz").status == Status::ok);
  CHECK(bench.get("/readyz").status == Status::service_unavailable);
  bench.entrance = net::Entrance::metrics;
  CHECK(bench.get("/readyz").status == Status::service_unavailable);
}

TEST_CASE("other paths are not there, other methods not allowed", "[http][rfc9110-15.5.6]") {
  const SiteBench bench;
  CHECK(bench.get("/").status == Status::ok);
  CHECK(bench.get("/../etc/passwd").status == Status::not_found);
  CHECK(bench.get("/healthz/").status == Status::not_found);
  const Response post = bench.send("POST /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(post.status == Status::method_not_allowed);
  CHECK(post.allow == "GET, HEAD");
}

TEST_CASE("metrics are for this host and for whom the operator names", "[http]") {
  SiteOptions options;
  options.metrics_readers = {turn::AddressRange::parse("198.51.100.0/24").value()};
  SiteBench bench(options);
  const auto may = [&](const std::string& address, const std::string& more = "") {
    bench.client = stun::IpAddress::parse(address).value();
    return bench.get("/metrics", more).status == Status::ok;
  };
  CHECK(may("127.0.0.1"));
  CHECK(may("::1"));
  CHECK(may("::ffff:127.0.0.9"));
  CHECK(may("198.51.100.9"));
  CHECK_FALSE(may("198.51.101.9"));
  CHECK_FALSE(may("192.168.0.1"));
  // A web server on this host that passes on what strangers ask.
  CHECK_FALSE(may("127.0.0.1", "X-Forwarded-For: 203.0.113.7\r\n"));
  CHECK_FALSE(may("127.0.0.1", "forwarded: for=203.0.113.7\r\n"));
  CHECK_FALSE(may("127.0.0.1", "Via: 1.1 proxy\r\n"));
}

TEST_CASE("the listener for metrics answers them to all, and is ok with anything else", "[http]") {
  SiteOptions options;
  options.metrics_path = "/numbers";
  options.serving = Serving::closed;
  SiteBench bench(options);
  bench.entrance = net::Entrance::metrics;
  CHECK(bench.site.serves(net::Entrance::metrics));
  CHECK(bench.get("/numbers").content == "figures\n");
  CHECK(bench.get("/numbers?x=y").content == "figures\n");
  CHECK(bench.get("/").content == "ok\n");
  CHECK(bench.get("/metrics").content == "ok\n");
}

TEST_CASE("challenges of ACME are sent elsewhere", "[http][rfc8555-8.3]") {
  SiteOptions options;
  options.acme_redirect = "http://192.0.2.9/.well-known/acme-challenge/";
  options.serving = GENERATE(Serving::served, Serving::closed);
  const SiteBench bench(options);
  CHECK(bench.site.serves(net::Entrance::clients));
  const Response moved = bench.get("/.well-known/acme-challenge/a-Z_9");
  CHECK(moved.status == Status::moved_permanently);
  CHECK(moved.location == "http://192.0.2.9/.well-known/acme-challenge/a-Z_9");
  for (const std::string token : {"", "a/b", "..", "a%0d%0aSet-Cookie:x"}) {
    CHECK(bench.get("/.well-known/acme-challenge/" + token).location.empty());
  }
}

TEST_CASE("HTTP may be refused with 400, or not answered at all", "[http]") {
  SiteOptions options;
  options.serving = Serving::refused;
  const SiteBench refusing(options);
  CHECK(refusing.site.serves(net::Entrance::clients));
  CHECK(refusing.get("/healthz").status == Status::bad_request);
  options.serving = Serving::closed;
  CHECK_FALSE(SiteBench(options).site.serves(net::Entrance::clients));
}

TEST_CASE("an answer has strict headers", "[http][rfc9112-4]") {
  Response response = plain(Status::not_found);
  const Delivery delivery{.with_content = true,
                          .keeps_alive = false,
                          .date = std::chrono::sys_seconds(std::chrono::seconds(784111777))};
  const std::string text = serialize(response, delivery);
  CHECK(text ==
        "HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 14\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: no-referrer\r\n"
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
        "Connection: close\r\n\r\n404 Not Found\n");
  const std::string head = serialize(response, {.with_content = false, .date = delivery.date});
  CHECK(head.ends_with("Connection: keep-alive\r\n\r\n"));
  CHECK(head.find("Content-Length: 14\r\n") != std::string::npos);
}

}  // namespace relay::http
