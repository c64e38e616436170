// Sending clients to another server (RFC 8489 10).
#include "turn/redirection.h"

#include <catch2/catch.hpp>
#include <set>

#include "stun/attributes.h"
#include "tests/support/turn_bench.h"

namespace support {
namespace {

using stun::AttributeType;
using stun::Method;
using turn::Transport;

turn::AlternateServer server(std::string_view address, std::string domain = {}) {
  return {*TransportAddress::parse(address), std::move(domain)};
}

/// Every ALTERNATE-SERVER of an answer, in order.
std::vector<std::string> alternates(const Answer& answer) {
  std::vector<std::string> found;
  const stun::MessageView message = answer.message();
  auto walk = message.attributes();
  while (const auto attribute = walk.next()) {
    if (attribute->type != AttributeType::alternate_server) continue;
    found.push_back(stun::decode_address(attribute->value).value().to_string());
  }
  return found;
}

turn::Config sending_away() {
  turn::Config config = TurnBench::dual_stack();
  config.alternates.udp = {server("203.0.113.1:3478"), server("203.0.113.2:3478"),
                           server("[2001:db8::9]:3478")};
  config.alternates.tcp = {server("203.0.113.3:3478")};
  config.alternates.tls = {server("203.0.113.4:5349", "turn4.example.org")};
  return config;
}

}  // namespace

TEST_CASE("an Allocate is sent elsewhere once its sender is known", "[turn][rfc8489-10]") {
  TurnBench bench(sending_away());
  BenchClient alice = bench.client("198.51.100.7:40000");
  CHECK(bench.client("198.51.100.7:40000", Transport::udp, "").allocate() == error(401));
  const Answer answer = alice.allocate();
  CHECK(answer == error(300));
  CHECK(stun::verify_integrity(answer.message(), FakeAuthenticator::key_of("alice")));
  CHECK(bench.server.allocation_count() == 0);
  CHECK(bench.quota.held() == 0);
  const auto events = bench.take_events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == turn::Event::Kind::redirected);
  CHECK(events[0].peer.to_string() == alternates(answer)[0]);
  CHECK(alice.request(Method::binding) == success);
}

TEST_CASE("the servers of a client's family take turns, one of the other comes second",
          "[turn][rfc8489-10]") {
  TurnBench bench(sending_away());
  BenchClient alice = bench.client("198.51.100.7:40000");
  std::vector<std::string> first;
  for (int i = 0; i < 4; ++i) {
    const auto found = alternates(alice.allocate());
    REQUIRE(found.size() == 2);
    CHECK(found[1] == "[2001:db8::9]:3478");
    first.push_back(found[0]);
  }
  CHECK(std::set(first.begin(), first.end()) ==
        std::set<std::string>{"203.0.113.1:3478", "203.0.113.2:3478"});
  CHECK(first[0] == first[2]);
  CHECK(first[1] == first[3]);
  CHECK(first[0] != first[1]);
  CHECK(alternates(bench.client("[2001:db8::7]:40000").allocate())[0] == "[2001:db8::9]:3478");
}

TEST_CASE("each transport has servers of its own", "[turn][rfc8489-10]") {
  TurnBench bench(sending_away());
  const auto sent_to = [&](Transport transport) {
    return alternates(bench.client("198.51.100.7:40000", transport).allocate());
  };
  CHECK(sent_to(Transport::tcp) == std::vector<std::string>{"203.0.113.3:3478"});
  CHECK(sent_to(Transport::tls) == std::vector<std::string>{"203.0.113.4:5349"});
  CHECK(sent_to(Transport::dtls) == std::vector<std::string>{"203.0.113.4:5349"});
}

TEST_CASE("a family without a server is served here", "[turn][rfc8489-10]") {
  turn::Config config = sending_away();
  config.alternates.udp.pop_back();
  TurnBench bench(config);
  CHECK(bench.client("[2001:db8::7]:40000").allocate() == success);
  CHECK(bench.client("198.51.100.7:40000").allocate() == error(300));
}

TEST_CASE("who is among the alternates sends nobody in a circle", "[turn][redirection]") {
  turn::Config config = sending_away();
  TransportAddress own;
  {
    TurnBench probe(config);
    own = probe.client("198.51.100.7:40000").tuple().server;
  }
  SECTION("by its own name") { config.alternates.udp.push_back({own, {}}); }
  SECTION("by the world's name") {
    config.relay_addresses.push_back({.local = own.ip, .external = "203.0.113.200"_ip});
    config.alternates.udp.push_back({{"203.0.113.200"_ip, own.port}, {}});
  }
  SECTION("as an auxiliary listener") { config.alternates.auxiliary = {own}; }
  SECTION("as an auxiliary listener on a wildcard") {
    config.alternates.auxiliary = {{"0.0.0.0"_ip, own.port}};
  }
  TurnBench bench(config);
  CHECK(bench.client("198.51.100.7:40000").allocate() != error(300));
}

TEST_CASE("what is allocated already stays", "[turn][redirection]") {
  turn::Config config = sending_away();
  config.alternates.udp.clear();
  TurnBench bench(config);
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  CHECK(alice.retransmit() == success);
  CHECK(alice.allocate() == error(437));
  CHECK(alice.refresh() == success);
}

TEST_CASE("a server without users sends everybody on unasked", "[turn][redirection]") {
  turn::Config config = sending_away();
  config.alternates.before_authentication = true;
  TurnBench bench(config);
  BenchClient stranger = bench.client("198.51.100.7:40000", Transport::udp, "");
  CHECK(stranger.allocate() == error(300));
  CHECK(stranger.refresh() == error(401));
}

TEST_CASE("the name of another certificate is told to who can make use of it",
          "[turn][rfc8489-10]") {
  TurnBench bench(sending_away());
  const bool modern = GENERATE(true, false);
  const Transport transport = GENERATE(Transport::tls, Transport::udp);
  bench.authenticator.algorithm =
      modern ? auth::Signature::Algorithm::sha256 : auth::Signature::Algorithm::sha1;
  const Answer answer = bench.client("198.51.100.7:40000", transport).allocate();
  CHECK(answer == error(300));
  const auto domain = answer.message().value(AttributeType::alternate_domain);
  CHECK(domain.has_value() == (modern && transport == Transport::tls));
  if (domain) CHECK(text_of(*domain) == "turn4.example.org");
}

}  // namespace support
