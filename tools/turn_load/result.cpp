#include "tools/turn_load/result.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace turn_load {
namespace {

/// Of the packets due; a little is jitter of the host.
constexpr double max_not_sent = 0.01;

std::string percent_or_unknown(std::optional<double> cpus) {
  return cpus ? fmt::format("{:.0f} %", *cpus * 100) : "?";
}

double milliseconds(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1000;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::well:
      return "well";
    case Verdict::lossy:
      return "too much loss";
    case Verdict::slow:
      return "too slow";
    case Verdict::self_limited:
      return "not sent in time";
  }
  return "";
}

double StepResult::not_sent_share() const {
  const std::uint64_t due = both(total).sent + statistics.not_sent;
  return due == 0 ? 0 : static_cast<double>(statistics.not_sent) / static_cast<double>(due);
}

std::chrono::microseconds StepResult::worst_p99() const {
  return std::max(total[0].latency.quantile(0.99), total[1].latency.quantile(0.99));
}

Verdict judge(const StepResult& step, const Options& options) {
  const DirectionStatistics all = both(step.total);
  const auto sent = static_cast<double>(all.sent);
  const auto lost = static_cast<double>(all.lost());
  const auto dropped_here = static_cast<double>(step.statistics.dropped_here);
  if (lost - dropped_here > options.max_loss * sent) return Verdict::lossy;
  if (lost > options.max_loss * sent || step.not_sent_share() > max_not_sent) {
    return Verdict::self_limited;
  }
  if (step.worst_p99() > options.max_p99) return Verdict::slow;
  return Verdict::well;
}

std::string to_text(const Result& result) {
  std::string text;
  const auto out = std::back_inserter(text);
  if (!result.steps.empty()) {
    fmt::format_to(out, "{:>7} {:>10} {:>9} {:>17} {:>17} {:>9} {:>8}  {}\n", "calls", "packets/s",
                   "loss", "up p50/p99 ms", "down p50/p99 ms", "server", "self", "verdict");
  }
  for (const StepResult& step : result.steps) {
    const auto latency = [&](Direction direction) {
      const Histogram& histogram = step.total[index_of(direction)].latency;
      return fmt::format("{:.2f}/{:.2f}", milliseconds(histogram.quantile(0.5)),
                         milliseconds(histogram.quantile(0.99)));
    };
    fmt::format_to(out, "{:>7} {:>10.0f} {:>7.3f} % {:>17} {:>17} {:>9} {:>8}  {}\n", step.calls,
                   step.packets_per_second(), both(step.total).loss() * 100, latency(Direction::up),
                   latency(Direction::down), percent_or_unknown(step.server_cpu),
                   percent_or_unknown(step.own_cpu), to_string(step.verdict));
  }
  if (result.capacity) {
    fmt::format_to(out, "Capacity: {} calls: {}.\n", result.capacity->calls,
                   result.capacity->limited_by);
  }
  for (const std::string& remark : result.remarks) fmt::format_to(out, "{}\n", remark);
  if (result.stopped_early) fmt::format_to(out, "Stopped early.\n");
  return text;
}

}  // namespace turn_load
