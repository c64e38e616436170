// What follows from the settings on a given host.
#include "relay/plan.h"

#include <catch2/catch.hpp>

#include "relay/plan_addresses.h"

namespace {

using relay::HostFacts;
using relay::Plan;
using relay::Settings;
using stun::IpAddress;

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

HostFacts host(std::initializer_list<std::string_view> addresses) {
  HostFacts facts{.interface_addresses = {},
                  .host_name = "box",
                  .domain_name = "example.org",
                  .usable_cpus = 3,
                  .spare_password = "0123456789abcdef",
                  .spare_secret = "a-spare-secret"};
  for (const auto text : addresses) facts.interface_addresses.push_back(ip(text));
  return facts;
}

const HostFacts lan = host({"192.168.1.7", "127.0.0.1", "::1", "fe80::1", "169.254.3.4"});

Settings listen_on(std::initializer_list<std::string_view> addresses) {
  Settings settings;
  for (const auto text : addresses) settings.listening_ips.push_back(ip(text));
  return settings;
}

Plan plan_of(const Settings& settings, const HostFacts& facts) {
  auto plan = relay::make_plan(settings, facts);
  REQUIRE(plan.has_value());
  return *plan;
}

std::string refusal_of(const Settings& settings, const HostFacts& facts) {
  const auto plan = relay::make_plan(settings, facts);
  REQUIRE_FALSE(plan.has_value());
  return plan.error();
}

/// `local` or `external<local`, separated by blanks.
std::string relays(const Plan& plan) {
  std::string text;
  for (const turn::RelayAddress& relay : plan.turn.relay_addresses) {
    if (!text.empty()) text += ' ';
    if (relay.external) text += relay.external->to_string() + "<";
    text += relay.local.to_string();
  }
  return text;
}

std::string listeners(const Plan& plan) {
  std::string text;
  for (const auto& listener : plan.listeners) {
    text += (text.empty() ? "" : " ") + listener.to_string();
  }
  return text;
}

std::string told(const Plan& plan) {
  std::string text;
  for (const auto& address : relay::addresses_for_clients(plan)) {
    text += (text.empty() ? "" : " ") + address.advertised().to_string();
  }
  return text;
}

}  // namespace

TEST_CASE("without -L every address listens but the link-local ones", "[plan]") {
  CHECK(listeners(plan_of({}, lan)) == "192.168.1.7:3478 127.0.0.1:3478 [::1]:3478");
}

TEST_CASE("a wildcard to listen on stays one", "[plan]") {
  const Plan plan = plan_of(listen_on({"0.0.0.0"}), lan);
  CHECK(listeners(plan) == "0.0.0.0:3478");
  CHECK(relays(plan) == "192.168.1.7");
  CHECK(told(plan) == "192.168.1.7");
}

TEST_CASE("an address given twice listens once", "[plan]") {
  CHECK(listeners(plan_of(listen_on({"192.168.1.7", "192.168.1.7"}), lan)) == "192.168.1.7:3478");
}

TEST_CASE("loopback carries relays only where there is nothing else", "[plan]") {
  CHECK(relays(plan_of({}, lan)) == "192.168.1.7");
  CHECK(relays(plan_of(listen_on({"127.0.0.1", "192.168.1.7"}), lan)) == "192.168.1.7");
  CHECK(relays(plan_of(listen_on({"127.0.0.1"}), lan)) == "127.0.0.1");
  CHECK(relays(plan_of({}, host({"127.0.0.1", "::1"}))) == "127.0.0.1 ::1");
}

TEST_CASE("-E is taken as given", "[plan]") {
  Settings settings = listen_on({"192.168.1.7"});
  settings.relay_ips = {ip("127.0.0.1"), ip("192.168.1.7")};
  CHECK(relays(plan_of(settings, lan)) == "127.0.0.1 192.168.1.7");

  SECTION("a wildcard stands for this host's addresses of the family") {
    settings.relay_ips = {ip("0.0.0.0")};
    CHECK(relays(plan_of(settings, lan)) == "192.168.1.7");
  }
  SECTION("an address of another host is refused") {
    settings.relay_ips = {ip("192.168.1.8")};
    CHECK_THAT(refusal_of(settings, lan),
               Catch::Contains("--relay-ip 192.168.1.8") && Catch::Contains("--external-ip"));
  }
}

TEST_CASE("a public host relays on its public addresses alone, unless told otherwise", "[plan]") {
  const HostFacts cloud = host({"203.0.113.5", "172.17.0.1", "127.0.0.1", "fd00::1"});
  const Plan plan = plan_of({}, cloud);
  CHECK(relays(plan) == "203.0.113.5");
  CHECK_FALSE(plan.peer_rules.allow_private);
  CHECK(relays(plan_of(listen_on({"203.0.113.5", "172.17.0.1"}), cloud)) ==
        "203.0.113.5 172.17.0.1");
}

TEST_CASE("a home network has private IPv4 beside public IPv6, and keeps both", "[plan]") {
  const Plan plan = plan_of({}, host({"192.168.1.7", "2001:db8::7", "fd00::7", "::1"}));
  CHECK(relays(plan) == "192.168.1.7 2001:db8::7");
  CHECK(told(plan) == "192.168.1.7 2001:db8::7");
  CHECK(plan.peer_rules.allow_private);
}

TEST_CASE("the family of relays that clients do not choose is one that there is", "[plan]") {
  Settings settings;
  settings.turn.default_family = turn::DefaultFamily::ipv4;
  CHECK(plan_of(settings, host({"2001:db8::5"})).turn.default_family == turn::DefaultFamily::ipv6);
  CHECK(plan_of(settings, lan).turn.default_family == turn::DefaultFamily::ipv4);
  settings.turn.default_family = turn::DefaultFamily::keep;
  CHECK(plan_of(settings, lan).turn.default_family == turn::DefaultFamily::ipv4);
  CHECK(plan_of(settings, host({"192.168.1.7", "2001:db8::5"})).turn.default_family ==
        turn::DefaultFamily::keep);
}

TEST_CASE("-X names the public side of a relay address", "[plan]") {
  const HostFacts cloud = host({"10.0.0.5", "172.17.0.1", "127.0.0.1", "2001:db8::5"});
  Settings settings;

  SECTION("one for a family stands before the first address of it") {
    settings.external_addresses = {{ip("203.0.113.5"), std::nullopt}};
    const Plan plan = plan_of(settings, cloud);
    CHECK(relays(plan) == "203.0.113.5<10.0.0.5 2001:db8::5");
    CHECK(told(plan) == "203.0.113.5 2001:db8::5");
    CHECK_FALSE(plan.peer_rules.allow_private);
  }
  SECTION("one for each family") {
    settings.external_addresses = {{ip("203.0.113.5"), std::nullopt},
                                   {ip("2001:db8::99"), std::nullopt}};
    CHECK(relays(plan_of(settings, cloud)) == "203.0.113.5<10.0.0.5 2001:db8::99<2001:db8::5");
  }
  SECTION("never for loopback") {
    settings = listen_on({"127.0.0.1"});
    settings.external_addresses = {{ip("203.0.113.5"), std::nullopt}};
    const Plan plan = plan_of(settings, cloud);
    CHECK(relays(plan) == "127.0.0.1");
    REQUIRE(plan.remarks.size() == 1);
    CHECK_THAT(plan.remarks[0], Catch::Contains("203.0.113.5 has no effect"));
  }
  SECTION("pairs map several addresses, each to its own") {
    settings = listen_on({"10.0.0.5", "172.17.0.1"});
    settings.external_addresses = {{ip("203.0.113.5"), ip("10.0.0.5")},
                                   {ip("203.0.113.6"), ip("172.17.0.1")}};
    CHECK(relays(plan_of(settings, cloud)) == "203.0.113.5<10.0.0.5 203.0.113.6<172.17.0.1");
  }
  SECTION("a pair beats the address for the family") {
    settings = listen_on({"10.0.0.5", "172.17.0.1"});
    settings.external_addresses = {{ip("203.0.113.9"), std::nullopt},
                                   {ip("203.0.113.6"), ip("172.17.0.1")}};
    CHECK(relays(plan_of(settings, cloud)) == "203.0.113.9<10.0.0.5 203.0.113.6<172.17.0.1");
  }
  SECTION("a pair for an address without relays is remarked upon") {
    settings.external_addresses = {{ip("203.0.113.6"), ip("10.9.9.9")}};
    const Plan plan = plan_of(settings, cloud);
    REQUIRE(plan.remarks.size() == 1);
    CHECK_THAT(plan.remarks[0], Catch::Contains("no relay opens on 10.9.9.9"));
  }
}

TEST_CASE("contradicting -X are refused", "[plan]") {
  Settings settings;
  SECTION("two for one family") {
    settings.external_addresses = {{ip("203.0.113.5"), std::nullopt},
                                   {ip("203.0.113.6"), std::nullopt}};
    CHECK_THAT(refusal_of(settings, lan), Catch::Contains("twice for IPv4"));
  }
  SECTION("two for one local address") {
    settings.external_addresses = {{ip("203.0.113.5"), ip("192.168.1.7")},
                                   {ip("203.0.113.6"), ip("192.168.1.7")}};
    CHECK_THAT(refusal_of(settings, lan), Catch::Contains("names 192.168.1.7 twice"));
  }
  SECTION("a pair of two families") {
    settings.external_addresses = {{ip("2001:db8::5"), ip("192.168.1.7")}};
    CHECK_THAT(refusal_of(settings, lan), Catch::Contains("one family"));
  }
}

TEST_CASE("own addresses and listeners are known to the peer rules", "[plan]") {
  Settings settings;
  settings.external_addresses = {{ip("203.0.113.5"), std::nullopt}};
  settings.allow_loopback_peers = true;
  const Plan plan = plan_of(settings, lan);
  const auto has = [](const std::vector<IpAddress>& all, std::string_view text) {
    return std::ranges::find(all, ip(text)) != all.end();
  };
  CHECK(has(plan.peer_rules.own_addresses, "127.0.0.1"));
  CHECK(has(plan.peer_rules.own_addresses, "192.168.1.7"));
  CHECK(has(plan.peer_rules.own_addresses, "203.0.113.5"));
  CHECK(has(plan.peer_rules.own_relay_addresses, "203.0.113.5"));
  CHECK(has(plan.peer_rules.own_relay_addresses, "192.168.1.7"));
  CHECK_FALSE(has(plan.peer_rules.own_relay_addresses, "127.0.0.1"));
  auto all_listeners = plan.listeners;
  for (const auto* const more :
       {&plan.tls_listeners, &plan.signal_listeners, &plan.signal_tls_listeners}) {
    all_listeners.insert(all_listeners.end(), more->begin(), more->end());
  }
  CHECK(plan.peer_rules.own_listeners == all_listeners);
  CHECK(plan.tls_listeners.size() == plan.listeners.size());
  CHECK(plan.peer_rules.allow_loopback);
}

TEST_CASE("where nobody is configured, somebody is made up", "[plan]") {
  Settings settings;
  SECTION("a user") {
    const Plan plan = plan_of(settings, lan);
    REQUIRE(plan.settings.users.size() == 1);
    CHECK(plan.settings.users[0].name == "turnbox");
    CHECK(plan.settings.users[0].password == lan.spare_password);
    CHECK(plan.made_user);
  }
  SECTION("a secret, for time-limited credentials") {
    settings.time_limited = true;
    const Plan plan = plan_of(settings, lan);
    CHECK(plan.settings.users.empty());
    CHECK(plan.settings.secrets == std::vector<std::string>{lan.spare_secret});
    CHECK(plan.made_secret);
  }
  SECTION("no secret where one is kept, beside the user") {
    HostFacts host = lan;
    host.kept_secret = "a-kept-secret";
    const Plan plan = plan_of(settings, host);
    CHECK(plan.settings.secrets == std::vector<std::string>{"a-kept-secret"});
    CHECK(plan.made_user);
    CHECK(plan.kept_secret);
    CHECK_FALSE(plan.made_secret);
    settings.secrets = {"given"};
    CHECK(plan_of(settings, host).settings.secrets == std::vector<std::string>{"given"});
  }
  SECTION("nobody when -z lets everybody in, which is remarked upon") {
    settings.anonymous = true;
    const Plan plan = plan_of(settings, lan);
    CHECK(plan.settings.users.empty());
    REQUIRE(plan.remarks.size() == 1);
    CHECK_THAT(plan.remarks[0], Catch::Contains("anybody"));
  }
  SECTION("never with an empty password") {
    HostFacts no_randomness = lan;
    no_randomness.spare_password.clear();
    CHECK_THAT(refusal_of(settings, no_randomness), Catch::Contains("--user"));
  }
  SECTION("nobody where somebody is configured") {
    settings.users = {{.name = "lqf", .password = "123456", .key_hex = {}}};
    CHECK_FALSE(plan_of(settings, lan).made_user);
  }
}

TEST_CASE("the realm is the domain of the host unless given", "[plan]") {
  Settings settings;
  HostFacts facts = lan;
  CHECK(plan_of(settings, facts).settings.realm == "example.org");
  facts.domain_name.clear();
  CHECK(plan_of(settings, facts).settings.realm == "box");
  facts.host_name.clear();
  CHECK(plan_of(settings, facts).settings.realm == "turnbox");
  settings.realm = "nort.gov";
  CHECK(plan_of(settings, facts).settings.realm == "nort.gov");
}

TEST_CASE("workers follow the CPUs unless told", "[plan]") {
  Settings settings;
  CHECK(plan_of(settings, lan).settings.workers == 3);
  settings.workers = 1000;
  CHECK(plan_of(settings, lan).settings.workers == 128);
}

TEST_CASE("a host without an address is told to name one", "[plan]") {
  CHECK_THAT(refusal_of({}, host({"fe80::1"})), Catch::Contains("--listening-ip"));
}

TEST_CASE("clients are told one address a family, loopback only when it is all", "[plan]") {
  CHECK(told(plan_of({}, host({"192.168.1.7", "fd00::7", "127.0.0.1"}))) == "192.168.1.7");
  CHECK(told(plan_of(listen_on({"127.0.0.1"}), lan)) == "127.0.0.1");
  CHECK(told(plan_of(listen_on({"::"}), host({"192.168.1.7", "fd00::7"}))) == "fd00::7");
  CHECK(told(plan_of(listen_on({"::"}), host({"203.0.113.5", "fd00::7", "fe80::7"}))) == "fd00::7");
  CHECK(told(plan_of(listen_on({"0.0.0.0"}), host({"203.0.113.5", "2001:db8::5"}))) ==
        "203.0.113.5");
}
