#include "relay/observe/dated_file_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "relay/observe/log_format.h"

namespace relay::observe {

std::expected<std::shared_ptr<DatedFileSink>, std::string> DatedFileSink::open(
    std::string base_name, bool simple) {
  const std::shared_ptr<DatedFileSink> sink(new DatedFileSink(std::move(base_name), simple));
  const std::string name = sink->name_at(WallClock::now());
  if (sink->open_file(name)) return sink;
  return std::unexpected(
      fmt::format("cannot write the log file {}: {}; name another with "
                  "--log-file, or log to the terminal with --log-file=stdout",
                  name, std::strerror(errno)));
}

void DatedFileSink::sink_it_(const spdlog::details::log_msg& message) {
  const std::string name = name_at(message.time);
  // A file that cannot be opened is tried once, not for every line.
  if (reopen_.exchange(false) || name != open_name_) {
    if (!open_file(name)) open_name_ = name;
  }
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  // A full disk loses lines; there is nobody left to tell.
  [[maybe_unused]] const auto written = ::write(file_.number(), line.data(), line.size());
}

std::string DatedFileSink::name_at(WallClock::time_point time) const {
  return simple_ ? base_name_ : dated_name(base_name_, time);
}

bool DatedFileSink::open_file(const std::string& name) {
  net::FileDescriptor file(::open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (!file.is_open()) return false;
  file_ = std::move(file);
  open_name_ = name;
  return true;
}

std::string dated_name(const std::string& base_name, std::chrono::system_clock::time_point time) {
  const std::filesystem::path path(base_name);
  const std::string suffix =
      path.extension().string().size() > 1 ? path.extension().string() : ".log";
  return (path.parent_path() / path.stem()).string() + format_time("_%F", time) + suffix;
}

}  // namespace relay::observe
