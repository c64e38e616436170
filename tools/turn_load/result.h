// What a run found out: the one thing that all the reports are made from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/turn_load/cpu_watch.h"
#include "tools/turn_load/options.h"
#include "tools/turn_load/statistics.h"

namespace turn_load {

/// How a step went, by the bounds that --find-capacity searches within.
enum class Verdict : std::uint8_t {
  well,
  lossy,
  slow,
  self_limited,  // this program could not send or receive in time: tells nothing of the server
};
std::string_view to_string(Verdict verdict);

struct StepResult {
  std::uint32_t calls = 0;
  double seconds = 0;
  StepStatistics statistics;
  Interval total;                    // of the statistics
  std::optional<double> server_cpu;  // CPUs that it kept busy: 1.5 is one and a half
  double own_cpu = 0;
  /// One for each interval of the statistics, as far as the step got.
  std::vector<CpuWatch::Share> cpu_by_interval;
  Verdict verdict{};

  double packets_per_second() const {
    return seconds > 0 ? static_cast<double>(both(total).sent) / seconds : 0;
  }
  /// Of the packets that were due.
  double not_sent_share() const;
  std::chrono::microseconds worst_p99() const;
};

/// Judged by the bounds in `options`.
Verdict judge(const StepResult& step, const Options& options);

struct Capacity {
  std::uint32_t calls = 0;
  std::string limited_by;  // a sentence
};

struct Result {
  Options options;
  stun::TransportAddress server;
  double setup_seconds = 0;
  std::uint32_t calls_set_up = 0;
  std::vector<StepResult> steps;
  std::optional<Capacity> capacity;
  bool stopped_early = false;
  std::string failure;  // a sentence; the steps are those before it
  std::vector<std::string> remarks;
};

/// One line, for programs.
std::string to_json(const Result& result);
/// A few lines, for people.
std::string to_text(const Result& result);

}  // namespace turn_load
