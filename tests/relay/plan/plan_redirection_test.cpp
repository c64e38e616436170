// Where clients are sent, as it follows from the settings on a given host.
#include <catch2/catch.hpp>

#include "relay/plan.h"

namespace {

using relay::Plan;
using relay::Settings;

Plan plan_of(Settings settings) {
  settings.listening_ips = {*stun::IpAddress::parse("10.0.0.1")};
  relay::HostFacts host{.interface_addresses = {*stun::IpAddress::parse("10.0.0.1"),
                                                *stun::IpAddress::parse("127.0.0.1")},
                        .host_name = "box",
                        .domain_name = "example.org",
                        .usable_cpus = 1,
                        .spare_password = "0123456789abcdef",
                        .spare_secret = "a-spare-secret"};
  auto plan = relay::make_plan(settings, host);
  REQUIRE(plan.has_value());
  return *plan;
}

turn::AlternateServer server(std::string_view address) {
  return {*stun::TransportAddress::parse(address), {}};
}

std::string text_of(const std::vector<turn::AlternateServer>& servers) {
  std::string text;
  for (const auto& each : servers) text += (text.empty() ? "" : " ") + each.address.to_string();
  return text;
}

}  // namespace

TEST_CASE("the general list is for UDP and TCP where there is no other", "[plan][redirection]") {
  Settings settings;
  settings.alternate_servers = {server("203.0.113.1:3478")};
  settings.tcp_alternate_servers = {server("203.0.113.2:3478")};
  const Plan plan = plan_of(settings);
  CHECK(text_of(plan.turn.alternates.udp) == "203.0.113.1:3478");
  CHECK(text_of(plan.turn.alternates.tcp) == "203.0.113.2:3478");
  CHECK(plan.turn.alternates.tls.empty());
}

TEST_CASE("auxiliary listeners are told as the world knows them", "[plan][redirection]") {
  Settings settings;
  settings.auxiliary_listeners = {*stun::TransportAddress::parse("10.0.0.1:4000"),
                                  *stun::TransportAddress::parse("0.0.0.0:5000")};
  settings.external_addresses = {{*stun::IpAddress::parse("203.0.113.9"), {}}};
  CHECK(plan_of(settings).turn.alternates.udp.empty());
  settings.udp_self_balance = true;
  const Plan plan = plan_of(settings);
  CHECK(text_of(plan.turn.alternates.udp) == "203.0.113.9:4000 203.0.113.9:5000");
  CHECK(plan.turn.alternates.tcp.empty());
  CHECK(plan.turn.alternates.auxiliary == settings.auxiliary_listeners);
  CHECK(plan.listeners.size() == 3);
}

TEST_CASE("only a server that knows nobody sends people on unasked", "[plan][redirection]") {
  Settings settings;
  settings.alternate_servers = {server("203.0.113.1:3478")};
  const Plan nobody = plan_of(settings);
  CHECK(nobody.turn.alternates.before_authentication);
  CHECK(nobody.remarks.back().starts_with("no user is configured"));
  settings.users = {{.name = "alice", .password = "wonderland", .key_hex = {}}};
  CHECK_FALSE(plan_of(settings).turn.alternates.before_authentication);
}
