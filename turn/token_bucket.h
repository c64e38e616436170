// A rate limit in bytes per second that lets one second's worth through at once.
#pragma once

#include <algorithm>
#include <cstdint>

#include "turn/types.h"

namespace turn {

class TokenBucket {
 public:
  /// Takes `bytes`, or says that they are too many just now.
  bool take(std::uint64_t bytes, std::uint64_t bytes_per_second, Time now) {
    const auto full = static_cast<double>(bytes_per_second);
    const double elapsed = std::chrono::duration<double>(now - filled_at_).count();
    tokens_ = first_ ? full : std::min(full, tokens_ + std::max(0.0, elapsed) * full);
    first_ = false;
    filled_at_ = now;
    if (tokens_ < static_cast<double>(bytes)) return false;
    tokens_ -= static_cast<double>(bytes);
    return true;
  }

  /// Takes `bytes` that cannot be refused, and says how long the next ones should wait for it.
  Time::duration charge(std::uint64_t bytes, std::uint64_t bytes_per_second, Time now) {
    take(0, bytes_per_second, now);
    tokens_ -= static_cast<double>(bytes);
    const double seconds = std::max(0.0, -tokens_) / static_cast<double>(bytes_per_second);
    return std::chrono::duration_cast<Time::duration>(std::chrono::duration<double>(seconds));
  }

 private:
  double tokens_ = 0;
  Time filled_at_{};
  bool first_ = true;
};

}  // namespace turn
