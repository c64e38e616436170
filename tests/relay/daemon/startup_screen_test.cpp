#include "relay/startup_screen.h"

#include "relay/open_line.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace {

namespace net_tls = relay::net::tls;

using nlohmann::json;

relay::HostFacts dual_stack_host() {
  return {.interface_addresses = {stun::IpAddress::parse("192.168.1.7").value(),
                                  stun::IpAddress::parse("2001:db8::7").value()},
          .host_name = "box",
          .domain_name = "",
          .usable_cpus = 1,
          .spare_password = "pass\"word",
          .spare_secret = "secret"};
}

json pasted(const relay::Settings& settings, relay::Ports ports) {
  const auto plan = relay::make_plan(settings, dual_stack_host()).value();
  const json servers = json::parse(relay::ice_servers(plan, ports));
  REQUIRE(servers.size() == 1);
  return servers[0];
}

}  // namespace

TEST_CASE("PASTE names each address over each transport that is served", "[screen]") {
  CHECK(pasted({}, {.udp = 3478, .tcp = 3479})["urls"] ==
        json({"turn:192.168.1.7:3478?transport=udp", "turn:192.168.1.7:3479?transport=tcp",
              "turn:[2001:db8::7]:3478?transport=udp", "turn:[2001:db8::7]:3479?transport=tcp"}));
  CHECK(pasted({}, {.udp = 0, .tcp = 3478})["urls"] ==
        json({"turn:192.168.1.7:3478?transport=tcp", "turn:[2001:db8::7]:3478?transport=tcp"}));
}

TEST_CASE("PASTE stays JSON whatever the password", "[screen]") {
  CHECK(pasted({}, {.udp = 3478, .tcp = 3478})["credential"] == "pass\"word");
}

TEST_CASE("PASTE gives a browser a name and a password even where nobody asks", "[screen]") {
  relay::Settings settings;
  settings.anonymous = true;
  const json server = pasted(settings, {.udp = 3478, .tcp = 3478});
  CHECK_FALSE(server["username"].get<std::string>().empty());
  CHECK_FALSE(server["credential"].get<std::string>().empty());
}

TEST_CASE("PASTE of a STUN server has no credentials", "[screen]") {
  relay::Settings settings;
  settings.turn.stun_only = true;
  const json server = pasted(settings, {.udp = 3478, .tcp = 3478});
  CHECK(server["urls"] == json({"stun:192.168.1.7:3478", "stun:[2001:db8::7]:3478"}));
  CHECK_FALSE(server.contains("credential"));
}

TEST_CASE("a page is told the URLs by the name that it has for the server", "[screen]") {
  using Urls = std::vector<std::string>;
  const auto plan = relay::make_plan({}, dual_stack_host()).value();
  relay::net::tls::Certificate certificate;
  certificate.dns_names = {"box", "*.example.org"};
  certificate.addresses = {"192.168.1.7"};
  const relay::Ports ports{.udp = 3478, .tcp = 0, .tls = 5349};
  const auto urls = [&](std::string_view host) {
    return relay::ice_urls(plan, ports, &certificate, host);
  };
  CHECK(urls("box") == Urls{"turn:box:3478?transport=udp", "turns:box:5349?transport=tcp"});
  CHECK(urls("Turn.Example.org") == Urls{"turn:turn.example.org:3478?transport=udp",
                                         "turns:turn.example.org:5349?transport=tcp"});
  CHECK(urls("192.168.1.7") ==
        Urls{"turn:192.168.1.7:3478?transport=udp", "turns:192.168.1.7:5349?transport=tcp"});
  CHECK(urls("2001:db8::7") ==
        Urls{"turn:[2001:db8::7]:3478?transport=udp", "turns:box:5349?transport=tcp"});
  // None of ours, or of no use to anybody else: what everybody is told.
  for (const std::string_view host :
       {"", "localhost", "127.0.0.1", "evil.test", "192.168.1.8", "a.b.example.org", "0.0.0.0"}) {
    CAPTURE(host);
    CHECK(urls(host) == urls(""));
  }
  CHECK(urls("").front() == "turn:192.168.1.7:3478?transport=udp");
}

TEST_CASE("OPEN is the page in TLS where there is TLS, as its certificate has it", "[screen]") {
  const auto plan = relay::make_plan({}, dual_stack_host()).value();
  const net_tls::WallTime now{std::chrono::seconds(1'800'000'000)};
  net_tls::Certificate certificate;
  certificate.addresses = {"192.168.1.7"};
  certificate.fingerprint = "AA:BB:CC:DD:EE:FF:00:11";
  certificate.not_after = now + std::chrono::days(397);
  const auto open_line = [&](bool is_self_made) {
    const std::string url = relay::page_url(plan, {.plain = 8099, .tls = 8098}, &certificate);
    return relay::open_line(url, &certificate, is_self_made, now);
  };
  CHECK(open_line(true) ==
        "OPEN   https://192.168.1.7:8098/   certificate self-made, SHA-256 AA:BB:CC:DD:EE:…, valid "
        "397 d\n");
  certificate.addresses.clear();
  certificate.dns_names = {"*.example.org", "box.example.org"};
  certificate.issuer = "Example CA";
  certificate.not_after = now - std::chrono::seconds(1);
  CHECK(open_line(false) ==
        "OPEN   https://box.example.org:8098/   certificate signed by Example CA, SHA-256 "
        "AA:BB:CC:DD:EE:…, expired\n");
  CHECK(relay::page_url(plan, {.plain = 8099}, nullptr) == "http://192.168.1.7:8099/");
  CHECK(relay::page_url(plan, {}, nullptr).empty());
  CHECK(relay::open_line("", nullptr, false, now).empty());
}

TEST_CASE("a QR code is a square with a margin", "[screen]") {
  const std::string code = relay::qr_code("https://192.168.1.7:8098/");
  // Version 2 has 25 modules a side; two lines of margin, two modules a line.
  CHECK(std::count(code.begin(), code.end(), '\n') == (25 + 4 + 1) / 2);
  CHECK(code.find("█") != std::string::npos);
  CHECK(relay::qr_code(std::string(5000, 'x')).empty());
}
