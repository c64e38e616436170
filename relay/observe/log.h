// The log: takes sentences and events from every thread, and a thread of its own writes them. A
// slow disk or terminal never holds a worker up: the queue is bounded, its oldest line gives way,
// and how many did is counted. Secrets never come here.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "relay/observe/event_sink.h"
#include "relay/observe/log_format.h"
#include "relay/options/settings.h"

namespace relay::observe {

class Log : public EventSink {
 public:
  /// Opens its destinations and starts its thread: not before a fork. The error is a sentence.
  static std::expected<std::unique_ptr<Log>, std::string> open(const LogSettings& settings);
  ~Log() override;  // writes what is queued

  bool wants_events() const override;
  void event(std::size_t worker, const turn::Event& event) override;
  void room_event(const signaling::Event& event) override;
  /// At most some lines a second; the rest are counted and told.
  void warn(std::string_view sentence) override;
  void debug(std::string_view sentence) override;
  void info(std::string_view sentence);
  /// Never rate-limited: for what is said once, such as at the start.
  void say(LogLevel level, std::string_view sentence);

  /// Tells what the rate limit kept back, and how many lines the queue lost. Call every second or
  /// so, from any one thread.
  void tick();
  /// logrotate moved the file away (SIGHUP): open it again.
  void reopen();
  /// Lines that gave way in the full queue.
  std::uint64_t lost_lines() const;

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  bool enabled(LogLevel level) const;
  void write(const Line& line);
  void tell_suppressed(std::uint64_t lines);

  std::unique_ptr<State> state_;
};

}  // namespace relay::observe
