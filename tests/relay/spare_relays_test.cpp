#include "relay/spare_relays.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <map>

#include "tests/support/turn_fakes.h"

namespace relay {
namespace {

struct NoReader final : PeerReader {
  void on_relay_ready(RelaySocket&) override {}
  void on_relay_error(RelaySocket&) override {}
  void forget(RelaySocket&) override {}
};

/// Spare relays named by their slot; no sockets below.
struct Bench {
  explicit Bench(std::size_t capacity) : spare(capacity) {}

  bool put(std::uint32_t name) {
    auto relay = std::make_unique<RelaySocket>(
        reader, turn::RelayId{name, 0},
        net::DatagramSocket::adopt(-1, {stun::IpAddress::parse("127.0.0.1").value(), 0}));
    spare.put(relay);
    return !relay;
  }
  std::optional<std::uint32_t> take() {
    const auto relay = spare.take(random);
    return relay ? std::optional(relay->id.slot) : std::nullopt;
  }

  NoReader reader;
  support::SeededRandom random{1};
  SpareRelays spare;
};

}  // namespace

TEST_CASE("spare relays are kept up to the capacity", "[relay]") {
  Bench bench(8);
  for (std::uint32_t name = 0; name < 8; ++name) CHECK(bench.put(name));
  CHECK_FALSE(bench.put(8));
  CHECK(bench.spare.size() == 8);
  CHECK(bench.spare.give_up().size() == 8);
  CHECK(bench.spare.size() == 0);
  CHECK_FALSE(bench.take());
  CHECK(bench.put(9));
}

TEST_CASE("no capacity keeps nothing", "[relay]") {
  Bench bench(0);
  CHECK_FALSE(bench.put(1));
  CHECK_FALSE(bench.take());
  CHECK(bench.spare.give_up().empty());
}

TEST_CASE("a spare relay is taken out of half of the capacity at least", "[relay][rfc8656-7.2]") {
  Bench bench(16);  // 4 rest, so the 12th makes 8 to choose from
  for (std::uint32_t name = 0; name < 11; ++name) {
    bench.put(name);
    CHECK_FALSE(bench.take());
  }
  bench.put(11);
  CHECK(bench.take());
  CHECK_FALSE(bench.take());
}

TEST_CASE("the next relay is any of those that have rested, all alike", "[relay][rfc8656-7.2]") {
  constexpr int capacity = 64, rounds = 64'000;
  Bench bench(capacity);
  std::deque<std::uint32_t> last;  // those that came in, the newest last
  for (std::uint32_t name = 0; name < capacity; ++name) {
    REQUIRE(bench.put(name));
    last.push_back(name);
  }
  std::map<std::uint32_t, int> times;
  for (int round = 0; round < rounds; ++round) {
    last.erase(last.begin(), last.end() - capacity / 4);
    const auto name = bench.take();
    REQUIRE(name);
    REQUIRE(std::ranges::find(last, *name) == last.end());
    ++times[*name];
    REQUIRE(bench.put(*name));
    last.push_back(*name);
  }
  REQUIRE(times.size() == capacity);
  for (const auto& [name, count] : times) {
    CAPTURE(name);
    CHECK(count > rounds / capacity * 8 / 10);
    CHECK(count < rounds / capacity * 12 / 10);
  }
}

}  // namespace relay
