// The log file: coturn's names, `turn.log` becoming `turn_2026-11-20.log` and a new file each day,
// or the name as given. Can be told to open its file again, after logrotate moved it away.
#pragma once

#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <chrono>
#include <expected>
#include <memory>
#include <mutex>
#include <string>

#include "relay/net/file_descriptor.h"

namespace relay::observe {

class DatedFileSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  using WallClock = std::chrono::system_clock;

  /// The error is a sentence. With `simple` the name is used as given.
  static std::expected<std::shared_ptr<DatedFileSink>, std::string> open(std::string base_name,
                                                                         bool simple);
  /// Opens the file anew before the next line. From any thread.
  void reopen() { reopen_ = true; }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}  // every line is one write()

 private:
  DatedFileSink(std::string base_name, bool simple)
      : base_name_(std::move(base_name)), simple_(simple) {}
  std::string name_at(WallClock::time_point time) const;
  /// Keeps what is open when the new one cannot be opened. False: errno says why.
  bool open_file(const std::string& name);

  std::string base_name_;
  bool simple_;
  std::string open_name_;
  net::FileDescriptor file_;
  std::atomic<bool> reopen_ = false;
};

/// `/var/log/turn.log` on 2026-11-20 is `/var/log/turn_2026-11-20.log`; the suffix is `.log` where
/// the name has none.
std::string dated_name(const std::string& base_name, std::chrono::system_clock::time_point time);

}  // namespace relay::observe
