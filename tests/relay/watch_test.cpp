// What those are told who ask what became of their own messages.
#include "relay/watch.h"

#include <catch2/catch.hpp>

#include "auth/authenticator.h"

namespace relay {
namespace {

using namespace std::chrono_literals;
using Kind = turn::Event::Kind;

stun::IpAddress ip(std::string_view text) { return stun::IpAddress::parse(text).value(); }

turn::FiveTuple from(std::string_view address, turn::Transport transport = turn::Transport::udp) {
  return {.client = {ip(address), 40000}, .server = {ip("192.0.2.1"), 1}, .transport = transport};
}

turn::Event event(Kind kind, std::string_view address, stun::ErrorCode code = {},
                  std::string_view reason = "") {
  turn::Event made;
  made.kind = kind;
  made.client = from(address);
  made.username = "alice";
  made.code = code;
  made.reason = reason;
  return made;
}

struct Bench {
  Watch watch;
  Watch::Time now{1h};
  void note(const turn::Event& happened) { watch.note_event(happened, now); }
};

TEST_CASE("nothing is kept of addresses that never asked", "[watch]") {
  Bench bench;
  CHECK(bench.watch.is_idle());
  bench.watch.note_message(from("203.0.113.9"), bench.now);
  CHECK(bench.watch.ask(ip("203.0.113.9"), bench.now).watched == 0s);
  CHECK_FALSE(bench.watch.is_idle());
  bench.watch.note_message(from("203.0.113.8"), bench.now);
  bench.note(event(Kind::allocated, "203.0.113.8"));
  const auto seen = bench.watch.ask(ip("203.0.113.9"), bench.now + 5s);
  CHECK(seen.watched == 5s);
  CHECK(seen.arrived == Watch::Counts{});
  CHECK(seen.allocated == Watch::Counts{});
}

TEST_CASE("messages, allocations and refusals of a watched address are told", "[watch]") {
  Bench bench;
  bench.watch.ask(ip("::ffff:203.0.113.9"), bench.now);
  bench.watch.note_message(from("203.0.113.9"), bench.now);
  bench.watch.note_message(from("203.0.113.9", turn::Transport::tls), bench.now);
  bench.note(event(Kind::allocated, "203.0.113.9"));
  const auto unauthenticated = stun::ErrorCode::unauthenticated;
  bench.note(event(Kind::refused, "203.0.113.9", unauthenticated, "wrong password"));
  bench.note(event(Kind::refused, "203.0.113.9", unauthenticated, "unknown user"));
  bench.note(
      event(Kind::refused, "203.0.113.9", unauthenticated, to_string(auth::Reason::expired_user)));
  bench.note(event(Kind::allocation_refused, "203.0.113.9",
                   stun::ErrorCode::allocation_quota_reached, "quota"));
  bench.note(event(Kind::allocation_refused, "203.0.113.9", stun::ErrorCode::insufficient_capacity,
                   "no port"));
  turn::Event denied = event(Kind::peer_denied, "203.0.113.9", {}, "loopback");
  denied.peer = {ip("127.0.0.1"), 0};
  bench.note(denied);
  bench.watch.note_tls_failure(from("203.0.113.9"), std::string(1000, 'x'), bench.now);

  const auto seen = bench.watch.ask(ip("203.0.113.9"), bench.now);
  CHECK(seen.arrived == Watch::Counts{1, 0, 1, 0});
  CHECK(seen.allocated == Watch::Counts{1, 0, 0, 0});
  std::vector<std::string_view> codes;
  for (const auto& finding : seen.findings) codes.push_back(finding.code);
  CHECK(codes == std::vector<std::string_view>{"wrong-credential", "expired-credential", "quota",
                                               "no-capacity", "peer-refused", "tls-failed"});
  // Whether it was the name or the password stays untold.
  CHECK(seen.findings[0].count == 2);
  CHECK(seen.findings[0].detail == "user name, password or realm is not right");
  CHECK(seen.findings[4].peer == "127.0.0.1");
  CHECK(seen.findings[5].detail.size() == Watch::max_detail);
}

TEST_CASE("a watch ends two minutes after the last question", "[watch]") {
  Bench bench;
  const auto asker = ip("203.0.113.9");
  bench.watch.ask(asker, bench.now);
  CHECK(bench.watch.ask(asker, bench.now + 120s).watched == 120s);
  CHECK(bench.watch.ask(asker, bench.now + 241s).watched == 0s);
  bench.watch.note_message(from("203.0.113.9"), bench.now + 400s);
  CHECK(bench.watch.is_idle());
}

TEST_CASE("a flood of askers or of findings takes no more memory", "[watch]") {
  Bench bench;
  for (std::uint8_t i = 0; i < 200; ++i) {
    bench.watch.ask(stun::IpAddress::v4({203, 0, 113, i}), bench.now + i * 1ms);
  }
  // The first ones were forgotten, the last one was not.
  CHECK(bench.watch.ask(ip("203.0.113.199"), bench.now + 1s).watched == 1s);
  CHECK(bench.watch.ask(ip("203.0.113.0"), bench.now + 1s).watched == 0s);
  for (std::uint8_t i = 0; i < 200; ++i) {
    turn::Event denied = event(Kind::peer_denied, "203.0.113.0", {}, "private");
    denied.peer = {stun::IpAddress::v4({10, 0, 0, i}), 0};
    bench.note(denied);
  }
  const auto seen = bench.watch.ask(ip("203.0.113.0"), bench.now + 1s);
  CHECK(seen.findings.size() == Watch::max_findings);
  CHECK(seen.findings.back().peer == "10.0.0.199");
}

}  // namespace
}  // namespace relay
