#include "relay/net/stranger_limit.h"

#include <catch2/catch.hpp>

#include "relay/net/csprng.h"

using namespace std::chrono_literals;
using relay::net::Csprng;
using relay::net::StrangerLimit;

namespace {

stun::IpAddress ip(const std::string& text) { return stun::IpAddress::parse(text).value(); }
const turn::Time start{};

int answers(StrangerLimit& limit, const stun::IpAddress& source, int requests, turn::Time now) {
  int count = 0;
  for (int i = 0; i < requests; ++i) count += limit.allows(source, now);
  return count;
}

}  // namespace

TEST_CASE("a stranger gets so many answers a second", "[relay]") {
  Csprng random;
  StrangerLimit limit(10, random);
  const auto source = ip("198.51.100.1");
  CHECK(answers(limit, source, 100, start) == 10);
  CHECK(answers(limit, source, 100, start + 500ms) == 5);
  CHECK(answers(limit, source, 100, start + 60s) == 10);
  CHECK(answers(limit, ip("198.51.100.2"), 100, start) == 10);
}

TEST_CASE("the addresses of one IPv6 site share a budget", "[relay]") {
  Csprng random;
  StrangerLimit limit(10, random);
  CHECK(answers(limit, ip("2001:db8:0:1::1"), 6, start) == 6);
  CHECK(answers(limit, ip("2001:db8:0:1:ffff::2"), 6, start) == 4);
  CHECK(answers(limit, ip("2001:db8:0:2::1"), 6, start) == 6);
}

TEST_CASE("sources that cannot lie beyond this network are not limited", "[relay]") {
  Csprng random;
  StrangerLimit limit(10, random);
  for (const char* source : {"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1",
                             "169.254.1.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1"}) {
    CAPTURE(source);
    CHECK(answers(limit, ip(source), 1000, start) == 1000);
  }
}

TEST_CASE("a flood from everywhere does not refill one victim's budget", "[relay]") {
  Csprng random;
  StrangerLimit limit(10, random);
  const auto victim = ip("198.51.100.1");
  int answered = 0;
  // The victim's bucket is the emptiest of its set, so the others push each other out.
  for (unsigned i = 0; i < 20'000; ++i) {
    answered += limit.allows(victim, start);
    const auto byte = [&](unsigned shift) { return static_cast<std::uint8_t>(i >> shift); };
    limit.allows(stun::IpAddress::v4({8, byte(16), byte(8), byte(0)}), start);
  }
  CHECK(answered <= 20);
  CHECK(limit.collisions() > 10'000);
}

TEST_CASE("sources are counted that have asked within the last second", "[relay]") {
  Csprng random;
  StrangerLimit limit(10, random);
  CHECK(limit.busy_buckets(start) == 0);
  for (const char* source : {"198.51.100.1", "198.51.100.2", "198.51.100.2", "10.0.0.1"}) {
    limit.allows(ip(source), start);
  }
  CHECK(limit.busy_buckets(start + 999ms) == 2);
  CHECK(limit.busy_buckets(start + 1s) == 0);
  CHECK(limit.collisions() == 0);
}

TEST_CASE("random bytes are not the same twice", "[relay]") {
  Csprng random;
  std::vector<std::array<std::byte, 16>> seen(1000);
  for (auto& bytes : seen) random.fill(bytes);
  std::ranges::sort(seen);
  CHECK(std::ranges::adjacent_find(seen) == seen.end());
}
