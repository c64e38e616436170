// How long a client of our own waits, and what it says when it waited in vain.
#pragma once

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <string>

namespace relay::self_test {

/// Until when, or until somebody asks to stop.
struct Patience {
  std::chrono::steady_clock::time_point deadline;
  std::stop_token stop;

  bool is_over() const {
    return stop.stop_requested() || std::chrono::steady_clock::now() >= deadline;
  }
  /// No longer than `most` from now.
  Patience at_most(std::chrono::milliseconds most) const {
    return {std::min(deadline, std::chrono::steady_clock::now() + most), stop};
  }
};

/// Why a step failed: a clause without a capital and full stop.
using Failure = std::string;

/// What the system says, and what it means for somebody who wonders why nobody answers.
Failure explain(int error);

/// Whether the socket is ready for one of these events of poll() in time.
bool wait_for(int socket, short events, const Patience& patience);

}  // namespace relay::self_test
