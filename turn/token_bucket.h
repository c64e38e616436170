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

 private:
  double tokens_ = 0;
  Time filled_at_{};
  bool first_ = true;
};

}  // namespace turn
