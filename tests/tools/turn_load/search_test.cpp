#include "tools/turn_load/search.h"

#include <catch2/catch.hpp>
#include <set>

namespace turn_load {
namespace {

/// Runs the search against a server that carries `capacity` calls. How many steps it took.
int run(Search& search, std::uint32_t capacity) {
  int steps = 0;
  while (const auto calls = search.next()) {
    search.record(*calls <= capacity);
    REQUIRE(++steps < 100);
  }
  return steps;
}

TEST_CASE("the search finds the capacity within 5 %", "[turn_load]") {
  const std::uint32_t capacity = GENERATE(1U, 2U, 9U, 10U, 37U, 100U, 999U, 12345U, 99999U);
  Search search(10, 100'000);
  const int steps = run(search, capacity);
  CAPTURE(capacity, steps, search.best());
  CHECK(search.best() <= capacity);
  CHECK(search.best() * 1.05 + 1 >= capacity);
  CHECK(steps <= 40);
}

TEST_CASE("a server that carries nothing has no capacity", "[turn_load]") {
  Search search(10, 1000);
  run(search, 0);
  CHECK(search.best() == 0);
}

TEST_CASE("a server that carries everything is asked for no more than the bound", "[turn_load]") {
  Search search(10, 1000);
  run(search, 5000);
  CHECK(search.best() == 1000);
  CHECK(search.reached_limit());
}

TEST_CASE("one bad step is repeated before it is believed", "[turn_load]") {
  Search search(64, 100);
  search.record(false);
  CHECK(search.next() == 64U);
  search.record(true);
  CHECK(search.next() == 100U);
}

TEST_CASE("after a refusal the search stays below it", "[turn_load]") {
  Search search(10, 1000);
  search.record(true);
  CHECK(search.next() == 20U);
  search.limit(15);
  CHECK(search.next() == 15U);
  search.record(true);
  CHECK_FALSE(search.next());
  CHECK(search.best() == 15);
}

}  // namespace
}  // namespace turn_load
