#include "tools/turn_load/cpu_watch.h"

#include <unistd.h>

#include <array>
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

TEST_CASE("the CPU of several processes is added up", "[turn_load]") {
  burn(50ms);
  const pid_t self = ::getpid();
  const auto once = cpu_time_of(std::array{self});
  const auto twice = cpu_time_of(std::array{self, self});
  REQUIRE(once);
  REQUIRE(twice);
  CHECK(*once > 0ns);
  CHECK(*twice >= *once * 2);
}

TEST_CASE("there is no sum when one of the processes is not there", "[turn_load]") {
  constexpr pid_t nobody = 1 << 22;  // Above the greatest that the kernel gives out.
  CHECK_FALSE(cpu_time_of(std::array{::getpid(), nobody}));
}

}  // namespace
}  // namespace turn_load
