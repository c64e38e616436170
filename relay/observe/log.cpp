#include "relay/observe/log.h"

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "relay/observe/dated_file_sink.h"
#include "relay/observe/event_line.h"
#include "relay/observe/rate_limit.h"

namespace relay::observe {
namespace {

constexpr std::size_t queue_lines = 8192;
constexpr std::uint32_t warnings_per_second = 20;

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return spdlog::level::trace;
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  std::unreachable();
}

/// `daemon`, `LOG_DAEMON`, `local3` ...; empty: daemon.
std::expected<int, std::string> syslog_facility(std::string_view text) {
  static constexpr auto facilities = std::to_array<std::pair<std::string_view, int>>({
      {"auth", LOG_AUTH},     {"authpriv", LOG_AUTHPRIV}, {"cron", LOG_CRON},
      {"daemon", LOG_DAEMON}, {"ftp", LOG_FTP},           {"kern", LOG_KERN},
      {"lpr", LOG_LPR},       {"mail", LOG_MAIL},         {"news", LOG_NEWS},
      {"syslog", LOG_SYSLOG}, {"user", LOG_USER},         {"uucp", LOG_UUCP},
      {"local0", LOG_LOCAL0}, {"local1", LOG_LOCAL1},     {"local2", LOG_LOCAL2},
      {"local3", LOG_LOCAL3}, {"local4", LOG_LOCAL4},     {"local5", LOG_LOCAL5},
      {"local6", LOG_LOCAL6}, {"local7", LOG_LOCAL7},
  });
  if (text.empty()) return LOG_DAEMON;
  std::string name(text);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  if (name.starts_with("log_")) name.erase(0, 4);
  const auto at = std::ranges::find(facilities, name, &std::pair<std::string_view, int>::first);
  if (at != facilities.end()) return at->second;
  return std::unexpected(fmt::format(
      "--syslog-facility {}: there is no such facility; daemon, user, auth or local0 to local7 are "
      "usual",
      text));
}

}  // namespace

struct Log::State {
  LogSettings settings;
  std::shared_ptr<spdlog::details::thread_pool> thread;
  std::shared_ptr<spdlog::async_logger> logger;
  std::shared_ptr<DatedFileSink> file;  // null: none
  RateLimit warnings{warnings_per_second};
  std::size_t lost_told = 0;
};

std::expected<std::unique_ptr<Log>, std::string> Log::open(const LogSettings& settings) {
  auto state = std::make_unique<State>();
  state->settings = settings;
  std::vector<spdlog::sink_ptr> sinks;
  if (settings.to_stdout) sinks.push_back(std::make_shared<spdlog::sinks::stdout_sink_mt>());
  if (!settings.file.empty()) {
    auto file = DatedFileSink::open(settings.file, settings.simple);
    if (!file) return std::unexpected(file.error());
    state->file = *file;
    sinks.push_back(*file);
  }
  for (const auto& sink : sinks) {
    sink->set_formatter(make_formatter(settings.format, settings.timestamp_format));
  }
  if (settings.to_syslog) {  // which stamps and names lines itself
    const auto facility = syslog_facility(settings.syslog_facility);
    if (!facility) return std::unexpected(facility.error());
    sinks.push_back(
        std::make_shared<spdlog::sinks::syslog_sink_mt>("turnserver", LOG_PID, *facility, false));
  }

  state->thread = std::make_shared<spdlog::details::thread_pool>(queue_lines, 1);
  state->logger = std::make_shared<spdlog::async_logger>(
      "turnserver", sinks.begin(), sinks.end(), state->thread,
      spdlog::async_overflow_policy::overrun_oldest);
  state->logger->set_level(to_spdlog(settings.level));
  return std::unique_ptr<Log>(new Log(std::move(state)));
}

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}

Log::~Log() {
  tell_suppressed(state_->warnings.collect(RateLimit::Time::max()));
  state_->thread.reset();  // writes what is queued and joins; then nobody uses the sinks
}

bool Log::wants_events() const { return enabled(LogLevel::warning); }

bool Log::enabled(LogLevel level) const { return state_->logger->should_log(to_spdlog(level)); }

void Log::event(std::size_t, const turn::Event& event) {
  const LogLevel level = level_of(event.kind);
  if (!enabled(level)) return;
  if (level >= LogLevel::warning) {
    const auto [pass, before] = state_->warnings.ask(std::chrono::steady_clock::now());
    tell_suppressed(before);
    if (!pass) return;
  }
  write(line_of(event));
}

void Log::room_event(const signaling::Event& event) {
  if (enabled(LogLevel::info)) write(line_of(event));
}

void Log::warn(std::string_view sentence) {
  if (!enabled(LogLevel::warning)) return;
  const auto [pass, before] = state_->warnings.ask(std::chrono::steady_clock::now());
  tell_suppressed(before);
  if (pass) say(LogLevel::warning, sentence);
}

void Log::debug(std::string_view sentence) { say(LogLevel::debug, sentence); }
void Log::info(std::string_view sentence) { say(LogLevel::info, sentence); }

void Log::say(LogLevel level, std::string_view sentence) {
  if (enabled(level)) write({.level = level, .sentence = std::string(sentence), .fields = nullptr});
}

void Log::tick() {
  tell_suppressed(state_->warnings.collect(std::chrono::steady_clock::now()));
  const std::size_t lost = state_->thread->overrun_counter();
  if (lost > state_->lost_told) {
    say(LogLevel::warning, fmt::format("{} log lines were lost: they came faster than they could "
                                       "be written",
                                       lost - state_->lost_told));
    state_->lost_told = lost;
  }
}

void Log::tell_suppressed(std::uint64_t lines) {
  if (lines > 0) say(LogLevel::warning, fmt::format("... and {} more like it", lines));
}

void Log::reopen() {
  if (state_->file) state_->file->reopen();
}

std::uint64_t Log::lost_lines() const { return state_->thread->overrun_counter(); }

void Log::write(const Line& line) {
  state_->logger->log(to_spdlog(line.level), payload_of(line, state_->settings.format));
}

}  // namespace relay::observe
