// One step of a Run: a warm-up, the load itself, and what the threads found put together.
#include <algorithm>
#include <numeric>

#include "tools/turn_load/cpu_watch.h"
#include "tools/turn_load/run.h"

namespace turn_load {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds warm_up{500};
/// Until all the threads are there.
constexpr std::chrono::milliseconds head_start{20};
constexpr std::chrono::milliseconds refresh_of_progress{500};

}  // namespace

const StepResult& Run::measure(std::uint32_t calls) {
  StepResult result;
  for (std::size_t i = 0; i < fleets_.size(); ++i) {
    result.calls += std::min(share(calls, i), fleets_[i]->ready());
  }
  const Profile profile = profile_.at_rate(options_.rate, result.calls);
  StepResult warming;
  warming.calls = result.calls;
  progress_.warming_up(result.calls);
  run_media(profile, warm_up, warming);
  if (!stop_) progress_.step_begins(result.calls, options_.seconds);
  run_media(profile, options_.seconds, result);
  result.verdict = judge(result, options_);
  progress_.step_done(result);
  return result_.steps.emplace_back(std::move(result));
}

void Run::run_media(const Profile& profile, std::chrono::nanoseconds duration, StepResult& result) {
  const Step step{.number = ++step_number_,
                  .profile = &profile,
                  .start = Clock::now() + head_start,
                  .duration = duration};
  std::vector<StepStatistics> found(fleets_.size());
  for (const auto& live : live_) live->sent = live->received = 0;
  result.statistics = StepStatistics(duration);
  CpuWatch cpu(options_.server_pids, step.start, result.statistics.interval_length, duration);
  Progress::Moment last;
  last.calls = result.calls;
  const auto work = [&](std::size_t i) {
    Media media(*fleets_[i], std::min(share(result.calls, i), fleets_[i]->ready()), step,
                *live_[i]);
    found[i] = media.run(stop_);
  };
  in_parallel(work, [&] {
    cpu.look(Clock::now());
    show_progress(step, cpu, last);
  });
  const Time now = Clock::now();
  cpu.finish(now);
  for (const StepStatistics& statistics : found) result.statistics.merge(statistics);
  result.total = result.statistics.total();
  result.seconds =
      std::chrono::duration<double>(std::min(now - step.start, Clock::duration(duration))).count();
  result.server_cpu = cpu.whole().server;
  result.own_cpu = cpu.whole().own;
  result.cpu_by_interval = cpu.by_interval();
}

void Run::show_progress(const Step& step, CpuWatch& cpu, Progress::Moment& last) {
  if (step.duration == warm_up) return;  // Said already, and nothing of it counts.
  const double elapsed = std::chrono::duration<double>(Clock::now() - step.start).count();
  const double passed = elapsed - last.elapsed;
  if (passed < std::chrono::duration<double>(refresh_of_progress).count()) return;
  std::uint64_t sent = 0, received = 0;
  for (const auto& live : live_) {
    sent += live->sent.load(std::memory_order_relaxed);
    received += live->received.load(std::memory_order_relaxed);
  }
  const CpuWatch::Share recent = cpu.recent(Clock::now());
  last = {.calls = last.calls,
          .elapsed = elapsed,
          .seconds = std::chrono::duration<double>(step.duration).count(),
          .sent = sent,
          .received = received,
          .sent_per_second = static_cast<double>(sent - last.sent) / passed,
          .received_per_second = static_cast<double>(received - last.received) / passed,
          .server_cpu = recent.server,
          .own_cpu = recent.own};
  progress_.running(last);
}

}  // namespace turn_load
