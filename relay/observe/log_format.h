// One log line as bytes: text for people, or JSON, one object a line, for machines. Used by the
// logging thread alone.
#pragma once

#include <spdlog/formatter.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "relay/options/settings.h"

namespace relay::observe {

/// A line before it has a time: the sentence, and for JSON the facts it is made of.
struct Line {
  LogLevel level = LogLevel::info;
  std::string sentence;
  nlohmann::ordered_json fields;  // null: none
};

/// What travels to the logging thread: the sentence with control characters escaped, so that no
/// client can forge a line; or the members of the JSON object from `msg` on.
std::string payload_of(const Line& line, LogFormat format);

/// `pattern` is strftime's, with `%f` for milliseconds.
std::unique_ptr<spdlog::formatter> make_formatter(LogFormat format, std::string pattern);

/// The local time by `pattern`.
std::string format_time(std::string_view pattern, std::chrono::system_clock::time_point time);

}  // namespace relay::observe
