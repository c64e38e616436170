#include "tools/turn_load/cpu_watch.h"

#include <catch2/catch.hpp>

namespace turn_load {
namespace {

using namespace std::chrono_literals;

void burn(std::chrono::nanoseconds cpu) {
  const auto end = own_cpu_time() + cpu;
  while (own_cpu_time() < end) continue;
}

TEST_CASE("a live view shows the CPU since the last view", "[turn_load]") {
  const Time start = Clock::now();
  CpuWatch watch({}, start, 1s, 10s);
  watch.recent(start + 500ms);
  burn(20ms);
  watch.look(start + 1s);
  REQUIRE(watch.by_interval().size() == 1);

  SECTION("whenever an interval ended in between") {
    CHECK(watch.recent(start + 1s).own >= 20e-3 / 0.5);
  }
  SECTION("and no CPU that an earlier view showed") {
    const double shown = watch.recent(start + 1s).own;
    CHECK(watch.recent(start + 2s).own < shown);
  }
}

}  // namespace
}  // namespace turn_load
