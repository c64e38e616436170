// A whole run: finds the server, sets calls up, takes the steps or searches for the capacity, and
// gives the calls back. Its fleets work in threads of their own; the run itself waits, watches the
// CPU and tells how it goes.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "tools/turn_load/cpu_watch.h"
#include "tools/turn_load/fleet.h"
#include "tools/turn_load/media.h"
#include "tools/turn_load/progress.h"
#include "tools/turn_load/result.h"

namespace turn_load {

class Run {
 public:
  /// `stop` ends the run early, with what it found so far.
  Run(const Options& options, Progress& progress, const std::atomic<bool>& stop);

  Result execute();

 private:
  /// Why there can be no run; empty: there can.
  std::string prepare();
  std::string choose_addresses(FleetPlan& plan);
  void take_steps();
  void report_broken_calls();
  void remark_own_limits();
  void search_capacity();
  /// Empty, or why there are not that many.
  std::string grow(std::uint32_t calls);
  /// Valid until the next step.
  const StepResult& measure(std::uint32_t calls);
  /// Runs the profile on the calls that `result` names, and fills in the rest of it.
  void run_media(const Profile& profile, std::chrono::nanoseconds duration, StepResult& result);
  void show_progress(const Step& step, CpuWatch& cpu, Progress::Moment& last);
  std::string limit_of(Verdict verdict) const;
  std::uint32_t share(std::uint32_t calls, std::size_t fleet) const;
  std::uint32_t ready() const;
  std::uint32_t broken() const;
  /// Runs `work` for every fleet in a thread of its own, and `meanwhile` in this one about fifty
  /// times a second.
  void in_parallel(const std::function<void(std::size_t)>& work,
                   const std::function<void()>& meanwhile);

  Options options_;
  Progress& progress_;
  const std::atomic<bool>& stop_;
  Profile profile_;
  std::unique_ptr<TlsContext> tls_;
  std::vector<std::unique_ptr<Fleet>> fleets_;
  std::vector<std::unique_ptr<LiveCounters>> live_;
  std::uint16_t step_number_ = 0;
  Result result_;
};

}  // namespace turn_load
