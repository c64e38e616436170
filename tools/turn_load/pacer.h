// When the bursts of one stream in one direction are due. All the calls that carry the stream take
// turns, spread evenly over its interval, so that the load is smooth however many they are; the
// next one is found by counting, without a table.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/turn_load/payload.h"

namespace turn_load {

class Pacer {
 public:
  /// `calls` take turns, each once per `interval`; the first is due at `start`. Not empty.
  Pacer(Time start, std::chrono::nanoseconds interval, std::vector<std::uint32_t> calls)
      : start_(start), interval_(interval), calls_(std::move(calls)) {}

  Time due() const {
    // Whole rounds and the rest apart: the product of index and interval may not fit.
    const auto count = static_cast<std::int64_t>(calls_.size());
    const auto index = static_cast<std::int64_t>(index_);
    return start_ + interval_ * (index / count) + interval_ * (index % count) / count;
  }
  /// The call whose burst is due; the next one is then up.
  std::uint32_t next() { return calls_[index_++ % calls_.size()]; }
  /// Passes over the bursts that were due before `now`; returns how many.
  std::uint64_t skip_until(Time now) {
    const std::uint64_t before = index_;
    while (due() < now) ++index_;
    return index_ - before;
  }

 private:
  Time start_;
  std::chrono::nanoseconds interval_;
  std::vector<std::uint32_t> calls_;
  std::uint64_t index_ = 0;
};

}  // namespace turn_load
