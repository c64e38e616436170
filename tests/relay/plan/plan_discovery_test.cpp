// Which addresses of a host take part in NAT Behavior Discovery (RFC 5780).
#include <catch2/catch.hpp>

#include "relay/plan.h"

namespace {

using relay::Plan;
using relay::Settings;
using stun::IpAddress;

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

Plan plan_of(std::initializer_list<std::string_view> listening,
             std::initializer_list<std::string_view> interfaces,
             std::vector<relay::ExternalAddress> external = {}) {
  Settings settings;
  settings.behavior_discovery = true;
  settings.alternate_port = 3479;
  settings.tls.alternate_port = 5350;
  settings.external_addresses = std::move(external);
  for (const auto text : listening) settings.listening_ips.push_back(ip(text));
  relay::HostFacts host{.interface_addresses = {},
                        .host_name = "box",
                        .domain_name = "example.org",
                        .usable_cpus = 1,
                        .spare_password = "0123456789abcdef",
                        .spare_secret = "a-spare-secret"};
  for (const auto text : interfaces) host.interface_addresses.push_back(ip(text));
  auto plan = relay::make_plan(settings, host);
  REQUIRE(plan.has_value());
  return *plan;
}

/// `address>counterpart`, both as the world knows them.
std::string pairs(const Plan& plan) {
  std::string text;
  for (const auto& address : plan.turn.discovery.addresses) {
    text += (text.empty() ? "" : " ") + address.advertised.to_string() + ">" +
            plan.turn.discovery.addresses[address.other].advertised.to_string();
  }
  return text;
}

std::string text_of(const std::vector<stun::TransportAddress>& listeners) {
  std::string text;
  for (const auto& listener : listeners) {
    text += (text.empty() ? "" : " ") + listener.to_string();
  }
  return text;
}

bool complains(const Plan& plan) {
  return std::ranges::any_of(plan.remarks, [](const std::string& remark) {
    return remark.starts_with("--rfc5780 has no effect");
  });
}

}  // namespace

TEST_CASE("two addresses listen on two ports each", "[plan][rfc5780-6]") {
  const Plan plan = plan_of({"203.0.113.1", "203.0.113.2"}, {});
  CHECK(pairs(plan) == "203.0.113.1>203.0.113.2 203.0.113.2>203.0.113.1");
  CHECK(text_of(plan.listeners) ==
        "203.0.113.1:3478 203.0.113.2:3478 203.0.113.1:3479 203.0.113.2:3479");
  CHECK(text_of(plan.tls_listeners) ==
        "203.0.113.1:5349 203.0.113.2:5349 203.0.113.1:5350 203.0.113.2:5350");
  CHECK_FALSE(complains(plan));
}

TEST_CASE("more addresses go round, each family by itself", "[plan][rfc5780-6]") {
  const Plan plan = plan_of({"203.0.113.1", "2001:db8::1", "203.0.113.2", "203.0.113.3"}, {});
  CHECK(pairs(plan) == "203.0.113.1>203.0.113.2 203.0.113.2>203.0.113.3 203.0.113.3>203.0.113.1");
  CHECK(text_of(plan.listeners).find("[2001:db8::1]:3479") == std::string::npos);
}

TEST_CASE("a wildcard stands for the addresses of the host", "[plan][rfc5780-6]") {
  const Plan plan =
      plan_of({"0.0.0.0"}, {"203.0.113.1", "127.0.0.1", "203.0.113.2", "10.0.0.1", "fe80::1"});
  CHECK(pairs(plan) == "203.0.113.1>203.0.113.2 203.0.113.2>203.0.113.1");
  CHECK(text_of(plan.listeners) == "0.0.0.0:3478 0.0.0.0:3479");
}

TEST_CASE("behind a NAT each needs a public address of its own", "[plan][rfc5780-6]") {
  const Plan plan =
      plan_of({"10.0.0.1", "10.0.0.2"}, {},
              {{ip("203.0.113.1"), ip("10.0.0.1")}, {ip("203.0.113.2"), ip("10.0.0.2")}});
  CHECK(pairs(plan) == "203.0.113.1>203.0.113.2 203.0.113.2>203.0.113.1");
  CHECK(complains(plan_of({"10.0.0.1", "10.0.0.2"}, {}, {{ip("203.0.113.1"), {}}})));
}

TEST_CASE("one address is too few, and that is said", "[plan][rfc5780-6]") {
  const Plan plan = plan_of({"203.0.113.1", "10.0.0.1", "2001:db8::1"}, {});
  CHECK(complains(plan));
  CHECK(plan.turn.discovery.empty());
  CHECK(text_of(plan.listeners) == "203.0.113.1:3478 10.0.0.1:3478 [2001:db8::1]:3478");
}
