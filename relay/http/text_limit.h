// How many texts a connection may send: a bucket that drips.
#pragma once

#include <algorithm>
#include <chrono>

namespace relay::http {

class TextLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr double per_second = 50;
  static constexpr double burst = 200;
  /// Of texts refused in a row, after which whoever sends them is beyond hope.
  static constexpr int patience = 1000;

  explicit TextLimit(Time now) : refilled_(now) {}

  bool allows(Time now) {
    const std::chrono::duration<double> passed = now - refilled_;
    left_ = std::min(burst, left_ + passed.count() * per_second);
    refilled_ = now;
    if (left_ < 1) {
      ++refused_;
      return false;
    }
    left_ -= 1;
    refused_ = 0;
    return true;
  }
  bool is_hopeless() const { return refused_ >= patience; }

 private:
  Time refilled_;
  double left_ = burst;
  int refused_ = 0;
};

}  // namespace relay::http
