// What a client with an access token (RFC 7635) may do: as an authenticator says, no longer than
// the token is good.
#include <catch2/catch.hpp>

#include "tests/support/turn_bench.h"

namespace support {
namespace {

using namespace std::chrono_literals;

/// A request of `client` that brings a token that is good for so long.
Answer with_token(BenchClient& client, stun::Method method, Seconds good_for,
                  std::optional<Seconds> lifetime = {}) {
  return client.request(method, [&](stun::MessageBuilder& message) {
    message.add_u32(stun::AttributeType::access_token,
                    static_cast<std::uint32_t>(good_for.count()));
    if (method == stun::Method::allocate) {
      message.add_leading_u8(stun::AttributeType::requested_transport, 17);
    }
    if (lifetime) {
      message.add_u32(stun::AttributeType::lifetime, static_cast<std::uint32_t>(lifetime->count()));
    }
  });
}

constexpr auto allocate = stun::Method::allocate;
constexpr auto refresh = stun::Method::refresh;

TEST_CASE("an allocation lasts no longer than the token", "[turn][rfc7635-7]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000", turn::Transport::udp, "north");
  CHECK(with_token(alice, allocate, 100s).lifetime() == 100s);
  bench.advance(50s);
  CHECK(alice.refresh(3600s).lifetime() == 50s);
  CHECK(with_token(alice, refresh, 3000s, 3600s).lifetime() == 3000s);
  CHECK(with_token(alice, refresh, 9000s, 3600s).lifetime() == 3600s);
  CHECK(with_token(alice, refresh, 30s).lifetime() == 30s);
  bench.advance(30s);
  CHECK(alice.permit("203.0.113.1:5000"_peer) == error(437));
  CHECK(bench.taken_ports() == 0);
  CHECK(bench.quota.held() == 0);
}

TEST_CASE("one token is enough for all requests of its allocation", "[turn][rfc7635-7]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000", turn::Transport::udp, "north");
  REQUIRE(with_token(alice, allocate, 1000s) == success);
  CHECK(alice.permit("203.0.113.1:5000"_peer) == success);
  CHECK(alice.bind(0x4000, "203.0.113.1:5000"_peer) == success);
  CHECK(alice.refresh(0s) == success);
  CHECK(bench.quota.held() == 0);
}

TEST_CASE("the next token may be of another key; the quota stays where it was",
          "[turn][rfc7635-7]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000", turn::Transport::udp, "north");
  REQUIRE(with_token(alice, allocate, 1000s) == success);
  BenchClient renewed = alice.as("union");
  CHECK(renewed.permit("203.0.113.1:5000"_peer) == error(441));
  CHECK(with_token(renewed, refresh, 500s).lifetime() == 500s);
  CHECK(renewed.permit("203.0.113.1:5000"_peer) == success);
  CHECK(alice.permit("203.0.113.1:5000"_peer) == error(441));
  CHECK(bench.quota.held_by("north") == 1);
  CHECK(renewed.refresh(0s) == success);
  CHECK(bench.quota.held() == 0);
}

TEST_CASE("a password does not open what a token made, nor the other way about",
          "[turn][rfc7635-7]") {
  TurnBench bench;
  BenchClient by_password = bench.client("198.51.100.7:40000");
  REQUIRE(by_password.allocate() == success);
  CHECK(with_token(by_password, refresh, 500s) == error(441));
  BenchClient by_token = bench.client("198.51.100.8:40000", turn::Transport::udp, "north");
  REQUIRE(with_token(by_token, allocate, 500s) == success);
  BenchClient alice = by_token.as("alice");
  CHECK(alice.refresh(0s) == error(441));
}

TEST_CASE("an Allocate with a token is answered again alike", "[turn][rfc8656-7.2]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000", turn::Transport::udp, "north");
  const Answer first = with_token(alice, allocate, 300s);
  REQUIRE(first == success);
  CHECK(alice.retransmit().bytes() == first.bytes());
}

TEST_CASE("a refused token is named as the unknown attribute", "[turn][rfc7635-7]") {
  class WithoutTokens : public FakeAuthenticator {
    auth::Verdict check(const stun::MessageView&, const stun::IpAddress&, auth::Time) override {
      return auth::Refused{stun::ErrorCode::unknown_attribute, auth::Reason::unexpected_token, {}};
    }
  } authenticator;
  const turn::Config config = TurnBench::ipv4_only();
  const turn::PeerPolicy policy({});
  FakeQuota quota;
  SeededRandom random(1);
  turn::Server server({config, policy, authenticator, quota, random});
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const auto request = alice.make({refresh, stun::Class::request}, [](auto& message) {
    message.add_u32(stun::AttributeType::access_token, 1);
  });
  server.handle_client(alice.tuple(), request, bench.now);
  std::vector<std::byte> sent;
  while (const auto effect = server.poll_effect()) {
    if (const auto* send = std::get_if<turn::Send>(&*effect)) {
      sent.assign(send->bytes.begin(), send->bytes.end());
    }
  }
  const Answer answer(sent);
  CHECK(answer == error(420));
  CHECK(answer.unknown() == std::vector<std::uint16_t>{0x001b});
}

}  // namespace
}  // namespace support
