#include "relay/options/table.h"

#include <fmt/format.h>

namespace relay::options {
namespace {

/// `stdout`, `-` and `syslog` are places, everything else is a file.
Result<void> set_log_file(Draft& draft, std::string_view value) {
  LogSettings& log = draft.settings().log;
  log.file.clear();
  if (value == "stdout" || value == "-") {
    draft.log_is_stdout = true;
  } else if (value == "syslog") {
    log.to_syslog = true;
  } else {
    draft.log_is_stdout = false;
    log.file = value;
  }
  return {};
}

Result<void> set_log_format(Draft& draft, std::string_view value) {
  if (value != "text" && value != "json") {
    return std::unexpected(
        ValueError{fmt::format("\"{}\" is not a log format; write text or json", value)});
  }
  draft.settings().log.format = value == "json" ? LogFormat::json : LogFormat::text;
  return {};
}

constexpr Option table[] = {
    {.name = "verbose",
     .letter = 'v',
     .default_value = "false",
     .help = "Log allocations and failures (info).",
     .set = [](Draft& d, std::string_view v) { return store(boolean(v), d.verbose); }},
    {.name = "Verbose",
     .letter = 'V',
     .default_value = "false",
     .help = "Log much more (debug).",
     .set = [](Draft& d, std::string_view v) { return store(boolean(v), d.very_verbose); }},
    {.name = "log-min-level",
     .kind = Kind::value,
     .value_name = "debug|info|warning|error",
     .help = "What is logged, whatever verbose and Verbose say. Without it and them: warning.",
     .example = "info",
     .set = [](Draft& d, std::string_view v) { return store(log_level(v), d.min_level); }},
    {.name = "log-file",
     .letter = 'l',
     .kind = Kind::value,
     .value_name = "FILE",
     .help = "A file to log to, besides stdout; stdout, - and syslog mean these. The date is added "
             "to the name unless simple-log is given. Without it: stdout alone.",
     .example = "/var/log/turnserver.log",
     .set = set_log_file},
    {.name = "no-stdout-log",
     .default_value = "false",
     .help = "Do not log to stdout.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(inverted_boolean(v), d.settings().log.to_stdout);
         }},
    {.name = "syslog",
     .default_value = "false",
     .help = "Log to syslog instead of a file.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().log.to_syslog); }},
    {.name = "syslog-facility",
     .kind = Kind::value,
     .value_name = "FACILITY",
     .help = "The syslog facility. Without it: LOG_DAEMON.",
     .example = "LOG_LOCAL1",
     .set =
         [](Draft& d, std::string_view v) {
           return store(syslog_facility(v), d.settings().log.syslog_facility);
         }},
    {.name = "simple-log",
     .default_value = "false",
     .help = "The log file's name as it is, and no new file every day: for logrotate.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().log.simple); }},
    {.name = "log-format",
     .kind = Kind::value,
     .value_name = "text|json",
     .default_value = "text",
     .help = "Lines for people, or one JSON object per line.",
     .set = set_log_format},
    {.name = "new-log-timestamp",
     .default_value = "true",
     .help = "Log lines begin with date and time.",
     .state = State::ignored,
     .note = "log lines always begin with date and time",
     .off = "true"},
    {.name = "new-log-timestamp-format",
     .kind = Kind::value,
     .value_name = "FORMAT",
     .default_value = "%FT%T.%f%z",
     .help = "How date and time are written (strftime; %f: milliseconds).",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().log.timestamp_format = v;
           return Result<void>();
         }},
    {.name = "log-binding",
     .default_value = "false",
     .help = "Log every Binding request. Anyone can fill the disk then.",
     .state = State::ignored,
     .note = "a log line for each Binding request is not built yet"},
    {.name = "drop-invalid-packets-log",
     .default_value = "false",
     .help = "Log datagrams that are dropped because they are not STUN.",
     .state = State::ignored,
     .note = "a log line for each datagram that is not STUN is not built yet"},
};

}  // namespace

constinit const std::span<const Option> logging_options{table};

}  // namespace relay::options
