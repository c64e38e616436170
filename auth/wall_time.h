// The wall clock as auth/ sees it: nonces and time-limited credentials carry it, everything else
// runs on the steady clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace auth {

/// Seconds since 1970; a type of its own, since everything else runs on the steady clock.
struct WallTime {
  std::int64_t seconds = 0;
};

/// The wall time at a moment of the steady clock, from one moment at which both were read.
class WallClock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void set(WallTime wall, Time now) {
    wall_ = wall;
    set_at_ = now;
  }
  WallTime at(Time now) const {
    return {wall_.seconds + std::chrono::floor<std::chrono::seconds>(now - set_at_).count()};
  }

 private:
  WallTime wall_;
  Time set_at_;
};

}  // namespace auth
