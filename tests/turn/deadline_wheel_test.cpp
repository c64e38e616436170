#include "turn/deadline_wheel.h"

#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <vector>

#include "turn/allocation.h"

namespace turn {
namespace {

using namespace std::chrono_literals;

Time at(std::chrono::nanoseconds since_epoch) { return Time(since_epoch); }

TEST_CASE("a deadline fires at the first whole second at or after it", "[turn][deadlines]") {
  DeadlineWheel wheel;
  Allocation one({}, "one");
  CHECK_FALSE(wheel.next());
  CHECK(wheel.pop_due(at(100s)) == nullptr);
  const auto [deadline, fires] =
      GENERATE(table<Time, Time>({{at(200s), at(200s)}, {at(200s + 1ns), at(201s)}}));
  wheel.set(one.hook, deadline);
  CHECK(wheel.next() == fires);
  CHECK(wheel.pop_due(fires - 1ns) == nullptr);
  CHECK(wheel.pop_due(fires) == &one);
  CHECK(wheel.pop_due(fires) == nullptr);
  CHECK_FALSE(wheel.next());
}

TEST_CASE("a deadline may be moved to either side", "[turn][deadlines]") {
  DeadlineWheel wheel;
  Allocation one({}, "one");
  wheel.pop_due(at(1000s));
  wheel.set(one.hook, at(1100s));
  wheel.set(one.hook, at(1200s));
  CHECK(wheel.pop_due(at(1100s)) == nullptr);
  wheel.set(one.hook, at(1150s));
  CHECK(wheel.next() == at(1150s));
  CHECK(wheel.pop_due(at(1150s)) == &one);
}

TEST_CASE("a hook that dies leaves the wheel, wherever it stands in its slot",
          "[turn][deadlines]") {
  DeadlineWheel wheel;
  wheel.pop_due(at(1000s));
  std::vector<std::unique_ptr<Allocation>> owners;
  for (int i = 0; i < 5; ++i) {
    owners.push_back(std::make_unique<Allocation>(FiveTuple(), "x"));
    wheel.set(owners.back()->hook, at(1100s));
  }
  const auto dying = GENERATE(range(std::size_t{0}, std::size_t{5}));
  owners[dying].reset();
  std::size_t popped = 0;
  while (wheel.pop_due(at(1100s)) != nullptr) ++popped;
  CHECK(popped == 4);
}

TEST_CASE("deadlines beyond one turn of the wheel wait for theirs", "[turn][deadlines]") {
  DeadlineWheel wheel;
  wheel.pop_due(at(10'000s));
  Allocation soon({}, "soon"), later({}, "later");
  wheel.set(soon.hook, at(10'100s));
  wheel.set(later.hook, at(10'100s + 4096s * 3));  // The same slot.
  CHECK(wheel.pop_due(at(10'100s)) == &soon);
  CHECK(wheel.pop_due(at(10'100s)) == nullptr);
  CHECK(wheel.pop_due(at(10'100s + 4096s * 2)) == nullptr);
  CHECK(wheel.pop_due(at(10'099s + 4096s * 3)) == nullptr);
  CHECK(wheel.pop_due(at(10'100s + 4096s * 3)) == &later);
}

TEST_CASE("next() is never later than the nearest deadline, and gets there", "[turn][deadlines]") {
  DeadlineWheel wheel;
  wheel.pop_due(at(77'777s));
  Allocation one({}, "one");
  wheel.set(one.hook, at(77'777s + 86'400s));
  int wakes = 0;
  while (const auto next = wheel.next()) {
    REQUIRE(*next <= at(77'777s + 86'400s));
    wheel.pop_due(*next);
    REQUIRE(++wakes < 100);
  }
  CHECK(wakes <= 86'400 / 4096 + 1);
}

TEST_CASE("after a sleep of any length everything overdue fires once, nothing else",
          "[turn][deadlines]") {
  const auto slept = GENERATE(1s, 59s, 4095s, 4096s, 4097s, 10'000s, 1'000'000s);
  DeadlineWheel wheel;
  const Time start = at(500'000s);
  wheel.pop_due(start);
  std::mt19937 engine(7);
  std::vector<std::unique_ptr<Allocation>> owners;
  std::size_t overdue = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto after = Seconds(1 + engine() % 20'000);
    owners.push_back(std::make_unique<Allocation>(FiveTuple(), "x"));
    wheel.set(owners.back()->hook, start + after);
    overdue += after <= slept ? 1 : 0;
  }
  std::size_t popped = 0;
  while (wheel.pop_due(start + slept) != nullptr) ++popped;
  CHECK(popped == overdue);
  while (wheel.pop_due(start + 2'000'000s) != nullptr) ++popped;
  CHECK(popped == owners.size());
}

TEST_CASE("a deadline that was cancelled costs at most one call", "[turn][deadlines]") {
  DeadlineWheel wheel;
  wheel.pop_due(at(1000s));
  Allocation one({}, "one");
  {
    Allocation cancelled({}, "cancelled");
    wheel.set(cancelled.hook, at(1010s));
  }
  wheel.set(one.hook, at(1020s));
  wheel.set(one.hook, at(1030s));
  REQUIRE(wheel.next() == at(1010s));
  CHECK(wheel.pop_due(at(1010s)) == nullptr);
  REQUIRE(wheel.next() == at(1030s));
  CHECK(wheel.pop_due(at(1030s)) == &one);
  CHECK(wheel.pop_due(at(1030s)) == nullptr);
  CHECK_FALSE(wheel.next());
}

TEST_CASE("a deadline in the past fires at once", "[turn][deadlines]") {
  DeadlineWheel wheel;
  wheel.pop_due(at(1000s));
  Allocation one({}, "one");
  wheel.set(one.hook, at(10s));
  CHECK(wheel.pop_due(at(1001s)) == &one);
}

}  // namespace
}  // namespace turn
