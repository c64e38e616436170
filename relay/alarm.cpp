#include "relay/alarm.h"

#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>

namespace relay {

// steady_clock is CLOCK_MONOTONIC.
Alarm::Alarm(Reactor& reactor, std::function<void()> ring)
    : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      ring_(std::move(ring)) {
  if (!timer_.is_open() || !reactor.add(timer_.number(), *this)) {
    throw std::system_error(errno, std::system_category(), "timerfd");
  }
}

void Alarm::arm(turn::Time time) {
  armed_ = time;
  // All zeros would disarm it.
  const auto since_start =
      std::max<std::chrono::nanoseconds>(time.time_since_epoch(), std::chrono::nanoseconds(1));
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since_start);
  itimerspec at{};
  at.it_value.tv_sec = static_cast<std::time_t>(whole.count());
  at.it_value.tv_nsec = static_cast<long>((since_start - whole).count());
  ::timerfd_settime(timer_.number(), TFD_TIMER_ABSTIME, &at, nullptr);
}

void Alarm::on_ready(std::uint32_t) {
  std::uint64_t expirations = 0;
  if (::read(timer_.number(), &expirations, sizeof expirations) < 0) return;
  armed_ = turn::Time::max();
  ring_();
}

}  // namespace relay
