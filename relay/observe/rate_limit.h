// At most so many lines a second, and a count of the rest, so that a flood of refused strangers
// cannot fill a disk. From any thread; holds a lock for a few instructions.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <utility>

namespace relay::observe {

class RateLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit RateLimit(std::uint32_t per_second) : per_second_(per_second) {}

  struct Answer {
    bool pass = false;
    std::uint64_t suppressed_before = 0;  // in seconds that are over, told once
  };
  Answer ask(Time now) {
    const std::scoped_lock lock(mutex_);
    Answer answer{.pass = true, .suppressed_before = start_second(now)};
    if (used_ == per_second_) {
      ++suppressed_;
      answer.pass = false;
    } else {
      ++used_;
    }
    return answer;
  }

  /// What a flood that is over left untold.
  std::uint64_t collect(Time now) {
    const std::scoped_lock lock(mutex_);
    return start_second(now);
  }

 private:
  /// Begins a new second when the last one is over and gives what that one suppressed.
  std::uint64_t start_second(Time now) {
    if (now < begin_ + std::chrono::seconds(1)) return 0;
    begin_ = now;
    used_ = 0;
    return std::exchange(suppressed_, 0);
  }

  std::mutex mutex_;
  const std::uint32_t per_second_;
  Time begin_{};
  std::uint32_t used_ = 0;
  std::uint64_t suppressed_ = 0;
};

}  // namespace relay::observe
