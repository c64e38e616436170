#include "tools/turn_load/progress.h"

#include <fmt/format.h>

#include <cstdio>

namespace turn_load {
namespace {

std::string server_share(const std::optional<double>& cpus) {
  return cpus ? fmt::format("{:.0f} % CPU", *cpus * 100) : "CPU not known";
}

}  // namespace

void Progress::setting_up(std::uint32_t ready, std::uint32_t wanted) {
  rewrite(fmt::format("setting up calls: {} of {}", ready, wanted));
}

void Progress::warming_up(std::uint32_t calls) {
  rewrite(fmt::format("{} calls  warming up", calls));
}

void Progress::step_begins(std::uint32_t calls, std::chrono::seconds duration) {
  if (!terminal_) say(fmt::format("{} calls for {} s ...", calls, duration.count()));
}

void Progress::running(const Moment& moment) {
  rewrite(fmt::format(
      "{} calls  {:.0f}/{:.0f} s  sent {:.0f}/s  received {:.0f}/s  server {}  self {:.0f} % CPU",
      moment.calls, moment.elapsed, moment.seconds, moment.sent_per_second,
      moment.received_per_second, server_share(moment.server_cpu), moment.own_cpu * 100));
}

void Progress::step_done(const StepResult& step) {
  say(fmt::format(
      "{} calls: {:.0f} packets/s, loss {:.3f} %, p99 {:.2f} ms, server {}, self {:.0f} % CPU: {}",
      step.calls, step.packets_per_second(), both(step.total).loss() * 100,
      static_cast<double>(step.worst_p99().count()) / 1000, server_share(step.server_cpu),
      step.own_cpu * 100, to_string(step.verdict)));
}

void Progress::rewrite(std::string_view line) {
  if (!terminal_) return;
  fmt::print(stderr, "\r\x1b[K{}", line);
  std::fflush(stderr);
  line_is_open_ = true;
}

void Progress::say(std::string_view line) {
  clear();
  fmt::print(stderr, "{}\n", line);
}

void Progress::clear() {
  if (line_is_open_) fmt::print(stderr, "\r\x1b[K");
  line_is_open_ = false;
}

}  // namespace turn_load
