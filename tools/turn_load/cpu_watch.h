// The CPU that the server and this program kept busy during a step, per interval and in all. Asked
// to look often; samples when an interval is over.
#pragma once

#include <span>
#include <vector>

#include "tools/turn_load/cpu_time.h"
#include "tools/turn_load/payload.h"

namespace turn_load {

class CpuWatch {
 public:
  /// No `processes`: the server's CPU is not known. They must outlive this.
  CpuWatch(std::span<const pid_t> processes, Time start, std::chrono::nanoseconds interval,
           std::chrono::nanoseconds duration);

  void look(Time now);
  /// The step is over, perhaps early.
  void finish(Time now);

  /// CPUs kept busy; nothing: not known.
  struct Share {
    std::optional<double> server;
    double own = 0;
  };
  const std::vector<Share>& by_interval() const { return by_interval_; }
  Share whole() const { return share_between(first_, last_); }
  /// Since the last such question, for a live view.
  Share recent(Time now);

 private:
  struct Sample {
    Time at{};
    std::optional<std::chrono::nanoseconds> server;
    std::chrono::nanoseconds own{};
  };
  Sample sample(Time now) const;
  static Share share_between(const Sample& before, const Sample& after);
  void close_interval(Time now);

  std::span<const pid_t> processes_;
  Time start_;
  std::chrono::nanoseconds interval_;
  Time end_;
  Sample first_;
  Sample last_;
  Sample viewed_;
  std::vector<Share> by_interval_;
};

}  // namespace turn_load
