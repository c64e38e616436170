// What a run tells while it goes on, on standard error: one line that is rewritten on a terminal,
// plain lines otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/turn_load/result.h"

namespace turn_load {

class Progress {
 public:
  explicit Progress(bool terminal) : terminal_(terminal) {}
  ~Progress() { clear(); }

  void setting_up(std::uint32_t ready, std::uint32_t wanted);
  void warming_up(std::uint32_t calls);
  void step_begins(std::uint32_t calls, std::chrono::seconds duration);
  struct Moment {
    std::uint32_t calls = 0;
    double elapsed = 0;  // seconds
    double seconds = 0;  // in all
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    double sent_per_second = 0;
    double received_per_second = 0;
    std::optional<double> server_cpu;
    double own_cpu = 0;
  };
  void running(const Moment& moment);
  void step_done(const StepResult& step);

 private:
  void rewrite(std::string_view line);
  void say(std::string_view line);
  void clear();

  bool terminal_;
  bool line_is_open_ = false;
};

}  // namespace turn_load
