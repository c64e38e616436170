#include "tools/turn_load/cpu_time.h"

#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <fstream>

namespace turn_load {
namespace {

using std::chrono::nanoseconds;

nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

}  // namespace

nanoseconds thread_cpu_time() { return read_clock(CLOCK_THREAD_CPUTIME_ID); }
nanoseconds own_cpu_time() { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

std::optional<nanoseconds> cpu_time_of(std::span<const pid_t> processes) {
  nanoseconds sum{0};
  for (const pid_t process : processes) {
    std::error_code error;
    std::filesystem::directory_iterator threads(fmt::format("/proc/{}/task", process), error);
    if (error) return std::nullopt;
    for (const auto& thread : threads) {
      // A thread may end between the listing and the reading.
      std::ifstream file(thread.path() / "schedstat");
      std::int64_t running = 0;
      if (file >> running) sum += nanoseconds(running);
    }
  }
  return sum;
}

}  // namespace turn_load
