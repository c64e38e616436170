#include "tools/turn_load/cpu_watch.h"

#include <algorithm>
#include <utility>

namespace turn_load {

CpuWatch::CpuWatch(std::span<const pid_t> processes, Time start, std::chrono::nanoseconds interval,
                   std::chrono::nanoseconds duration)
    : processes_(processes), start_(start), interval_(interval), end_(start + duration) {
  first_ = last_ = viewed_ = sample(start);
}

CpuWatch::Share CpuWatch::recent(Time now) {
  const Sample before = std::exchange(viewed_, sample(now));
  return share_between(before, viewed_);
}

void CpuWatch::look(Time now) {
  if (last_.at >= end_) return;
  const auto closed = static_cast<std::int64_t>(by_interval_.size());
  if (now >= std::min(start_ + interval_ * (closed + 1), end_)) close_interval(now);
}

void CpuWatch::finish(Time now) {
  if (last_.at < end_ && now > last_.at) close_interval(now);
}

void CpuWatch::close_interval(Time now) {
  const Sample current = sample(now);
  by_interval_.push_back(share_between(last_, current));
  last_ = current;
}

CpuWatch::Sample CpuWatch::sample(Time now) const {
  return {.at = now,
          .server = processes_.empty() ? std::nullopt : cpu_time_of(processes_),
          .own = own_cpu_time()};
}

CpuWatch::Share CpuWatch::share_between(const Sample& before, const Sample& after) {
  using Seconds = std::chrono::duration<double>;
  const double seconds = Seconds(after.at - before.at).count();
  if (seconds <= 0) return {};
  Share share{.own = Seconds(after.own - before.own).count() / seconds};
  if (before.server && after.server) {
    share.server = Seconds(*after.server - *before.server).count() / seconds;
  }
  return share;
}

}  // namespace turn_load
