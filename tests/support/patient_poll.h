// poll() that goes on when it is interrupted, as it is on a machine that stood still for a moment.
#pragma once

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>

namespace support {

inline int patient_poll(pollfd* waiting, std::size_t count, int milliseconds) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::milliseconds(milliseconds);
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    const int patience = std::max(0, static_cast<int>(left.count()));
    const int ready = ::poll(waiting, static_cast<nfds_t>(count), patience);
    if (ready >= 0 || errno != EINTR) return ready;
  }
}

}  // namespace support
