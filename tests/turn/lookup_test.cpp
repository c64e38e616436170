// Users who have to be looked up elsewhere: their requests wait, in bounds, and are answered later.
#include "tests/support/turn_bench.h"

#include <catch2/catch.hpp>

#include "turn/limits.h"

namespace support {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a request waits for its user and is answered then", "[turn][lookup]") {
  TurnBench bench;
  bench.authenticator.slow = {"alice"};
  BenchClient alice = bench.client("198.51.100.7:40000");
  CHECK(alice.allocate(700s) == nothing);
  const auto lookups = bench.take_lookups();
  REQUIRE(lookups.size() == 1);
  CHECK(lookups[0].username == "alice");
  CHECK(lookups[0].realm == "example.org");
  CHECK(bench.server.allocation_count() == 0);

  SECTION("found") {
    const Answer answer = bench.look_up(lookups[0].ticket, true);
    CHECK(answer == success);
    CHECK(answer.lifetime() == 700s);
    CHECK(bench.server.allocation_count() == 1);
    CHECK(alice.retransmit().bytes() == answer.bytes());
    CHECK(bench.look_up(lookups[0].ticket, true) == nothing);  // Answered once.
  }
  SECTION("not found") {
    CHECK(bench.look_up(lookups[0].ticket, false) == error(401));
    CHECK(bench.server.allocation_count() == 0);
  }
  SECTION("a retransmission meanwhile waits for the same answer") {
    CHECK(alice.retransmit() == nothing);
    CHECK(bench.take_lookups().empty());
    CHECK(bench.server.counters().lookups_dropped == 1);
    CHECK(bench.look_up(lookups[0].ticket, true) == success);
  }
  SECTION("a ticket that was never given means nothing") {
    CHECK(bench.look_up(lookups[0].ticket + 1, true) == nothing);
    CHECK(bench.look_up(0, true) == nothing);
    CHECK(bench.look_up(lookups[0].ticket, true) == success);
  }
  SECTION("another request of the same user waits beside it") {
    CHECK(alice.refresh() == nothing);
    const auto second = bench.take_lookups();
    REQUIRE(second.size() == 1);
    CHECK(bench.look_up(lookups[0].ticket, true) == success);
    CHECK(bench.look_up(second[0].ticket, true) == success);
  }
}

TEST_CASE("a request goes with the stream that it came on", "[turn][lookup]") {
  TurnBench bench;
  bench.authenticator.slow = {"alice"};
  BenchClient alice = bench.client("198.51.100.7:40000", turn::Transport::tcp);
  CHECK(alice.allocate() == nothing);
  const auto lookups = bench.take_lookups();
  REQUIRE(lookups.size() == 1);
  alice.disconnect();
  CHECK(bench.look_up(lookups[0].ticket, true) == nothing);
  CHECK(bench.server.allocation_count() == 0);
  CHECK(bench.taken_ports() == 0);
}

TEST_CASE("at most 256 requests wait; a further one is dropped and may come again",
          "[turn][lookup]") {
  TurnBench bench(TurnBench::dual_stack(), {}, 50000, 50999);
  bench.authenticator.slow = {"alice"};
  std::vector<BenchClient> clients;
  for (std::size_t i = 0; i <= turn::max_pending_lookups; ++i) {
    clients.push_back(bench.client("198.51.100.7:" + std::to_string(1000 + i)));
    CHECK(clients.back().allocate() == nothing);
  }
  const auto lookups = bench.take_lookups();
  CHECK(lookups.size() == turn::max_pending_lookups);
  CHECK(bench.server.counters().lookups_dropped == 1);
  CHECK(clients.back().retransmit() == nothing);
  CHECK(bench.take_lookups().empty());

  // Answers come in any order; each goes to the client that asked.
  for (std::size_t i = lookups.size(); i-- > 0;) {
    const Answer answer = bench.look_up(lookups[i].ticket, true);
    REQUIRE(answer == success);
    REQUIRE(answer.mapped() == clients[i].tuple().client);
  }
  CHECK(clients.back().retransmit() == success);
  CHECK(bench.server.allocation_count() == clients.size());
}

}  // namespace
}  // namespace support
