// How many rooms there are on all workers together: the one thing about rooms that they share. For
// any thread.
#pragma once

#include <atomic>
#include <cstddef>

namespace relay::signaling {

class RoomBudget {
 public:
  explicit RoomBudget(std::size_t rooms) : left_(rooms) {}

  /// False: there are as many as there may be.
  bool take() {
    std::size_t left = left_.load(std::memory_order_relaxed);
    while (left != 0) {
      if (left_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  void give_back() { left_.fetch_add(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t> left_;
};

}  // namespace relay::signaling
