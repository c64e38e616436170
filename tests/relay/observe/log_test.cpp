// The log as a whole, into files of its own.
#include "relay/observe/log.h"

#include <catch2/catch.hpp>

#include "relay/observe/dated_file_sink.h"
#include "relay/observe/rate_limit.h"
#include "tests/support/temporary_directory.h"

namespace {

using namespace std::chrono_literals;
using relay::LogLevel;
using relay::LogSettings;
using relay::observe::Log;
using relay::observe::RateLimit;

LogSettings to_file(const TemporaryDirectory& directory, LogLevel level) {
  LogSettings settings;
  settings.level = level;
  settings.to_stdout = false;
  settings.file = directory / "turn.log";
  settings.simple = true;
  settings.timestamp_format = "T";
  return settings;
}

turn::Event failed_authentication() {
  turn::Event event;
  event.kind = turn::Event::Kind::refused;
  event.code = stun::ErrorCode::unauthenticated;
  return event;
}

}  // namespace

TEST_CASE("the level decides what is written", "[log]") {
  const TemporaryDirectory directory;
  {
    const auto log = Log::open(to_file(directory, LogLevel::info)).value();
    log->debug("quiet");
    log->info("heard");
    log->warn("loud");
    log->event(0, {.kind = turn::Event::Kind::permitted});
    CHECK(log->wants_events());
  }
  CHECK(directory.read("turn.log") == "T INFO  heard\nT WARN  loud\n");
}

TEST_CASE("nobody makes events for a log of errors alone", "[log]") {
  const TemporaryDirectory directory;
  CHECK_FALSE(Log::open(to_file(directory, LogLevel::error)).value()->wants_events());
}

TEST_CASE("a flood of failed logins leaves a few lines and their number", "[log]") {
  const TemporaryDirectory directory;
  {
    const auto log = Log::open(to_file(directory, LogLevel::warning)).value();
    for (int i = 0; i < 5000; ++i) log->event(0, failed_authentication());
  }
  const std::string text = directory.read("turn.log");
  const auto lines = std::ranges::count(text, '\n');
  CHECK(lines >= 2);
  CHECK(lines < 500);
  CHECK_THAT(text, Catch::Contains("more like it"));
}

TEST_CASE("a log file that was moved away is opened again when asked", "[log]") {
  const TemporaryDirectory directory;
  {
    const auto log = Log::open(to_file(directory, LogLevel::info)).value();
    log->info("before");
    // The queue is drained by its own thread: the line is there when the file has it.
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    while (directory.read("turn.log").empty() && std::chrono::steady_clock::now() < deadline) {
    }
    std::filesystem::rename(directory / "turn.log", directory / "turn.log.1");
    log->reopen();
    log->info("after");
  }
  CHECK(directory.read("turn.log.1") == "T INFO  before\n");
  CHECK(directory.read("turn.log") == "T INFO  after\n");
}

TEST_CASE("a log file carries the date unless told otherwise", "[log]") {
  const TemporaryDirectory directory;
  LogSettings settings = to_file(directory, LogLevel::info);
  settings.simple = false;
  const auto now = std::chrono::system_clock::now();
  Log::open(settings).value()->info("dated");
  std::string text;
  for (const auto time : {now, now + 24h}) {  // midnight may have passed
    const auto name = relay::observe::dated_name(settings.file, time);
    if (std::filesystem::exists(name)) text += directory.read(name);
  }
  CHECK(text == "T INFO  dated\n");
}

TEST_CASE("a log that cannot be opened says which file and why", "[log]") {
  LogSettings settings;
  settings.file = "/nonexistent/turn.log";
  const auto log = Log::open(settings);
  REQUIRE_FALSE(log.has_value());
  CHECK_THAT(log.error(),
             Catch::Contains("/nonexistent/turn") && Catch::Contains("No such file or directory"));

  settings.file.clear();
  settings.to_syslog = true;
  settings.syslog_facility = "locale0";
  const auto syslog = Log::open(settings);
  REQUIRE_FALSE(syslog.has_value());
  CHECK_THAT(syslog.error(), Catch::Contains("--syslog-facility locale0"));
}

TEST_CASE("the rate limit lets so many pass a second and tells of the rest once", "[log]") {
  RateLimit limit(2);
  const RateLimit::Time start{1000s};
  CHECK(limit.ask(start).pass);
  CHECK(limit.ask(start + 10ms).pass);
  CHECK_FALSE(limit.ask(start + 20ms).pass);
  CHECK_FALSE(limit.ask(start + 999ms).pass);
  CHECK(limit.collect(start + 999ms) == 0);

  const auto next = limit.ask(start + 1000ms);
  CHECK(next.pass);
  CHECK(next.suppressed_before == 2);
  CHECK(limit.ask(start + 1001ms).suppressed_before == 0);
  CHECK_FALSE(limit.ask(start + 1002ms).pass);
  CHECK(limit.collect(start + 2000ms) == 1);
  CHECK(limit.collect(start + 3000ms) == 0);
}
