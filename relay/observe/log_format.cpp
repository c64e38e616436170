#include "relay/observe/log_format.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>

namespace relay::observe {
namespace {

void append(spdlog::memory_buf_t& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

/// Padded to one width, so that sentences line up.
std::string_view padded_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
      return "TRACE";
    case spdlog::level::debug:
      return "DEBUG";
    case spdlog::level::info:
      return "INFO ";
    case spdlog::level::warn:
      return "WARN ";
    default:
      return "ERROR";
  }
}

std::string_view json_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
      return "trace";
    case spdlog::level::debug:
      return "debug";
    case spdlog::level::info:
      return "info";
    case spdlog::level::warn:
      return "warning";
    default:
      return "error";
  }
}

/// Text that is not UTF-8 becomes U+FFFD instead of an exception.
std::string dump(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

class TextFormatter : public spdlog::formatter {
 public:
  explicit TextFormatter(std::string pattern) : pattern_(std::move(pattern)) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    append(out, format_time(pattern_, message.time));
    append(out, " ");
    append(out, padded_name(message.level));
    append(out, " ");
    append(out, {message.payload.data(), message.payload.size()});
    append(out, "\n");
  }
  std::unique_ptr<formatter> clone() const override {
    return std::make_unique<TextFormatter>(pattern_);
  }

 private:
  std::string pattern_;
};

class JsonFormatter : public spdlog::formatter {
 public:
  explicit JsonFormatter(std::string pattern) : pattern_(std::move(pattern)) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    append(out, "{\"ts\":");
    append(out, dump(format_time(pattern_, message.time)));
    append(out, ",\"level\":\"");
    append(out, json_name(message.level));
    append(out, "\",");
    append(out, {message.payload.data(), message.payload.size()});
    append(out, "}\n");
  }
  std::unique_ptr<formatter> clone() const override {
    return std::make_unique<JsonFormatter>(pattern_);
  }

 private:
  std::string pattern_;
};

std::string without_control_characters(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      clean += fmt::format("\\x{:02x}", byte);
    } else {
      clean += c;
    }
  }
  return clean;
}

}  // namespace

std::string payload_of(const Line& line, LogFormat format) {
  if (format == LogFormat::text) return without_control_characters(line.sentence);
  nlohmann::ordered_json members{{"msg", line.sentence}};
  if (line.fields.is_object()) members.update(line.fields);
  const std::string object = dump(members);
  return object.substr(1, object.size() - 2);  // without its braces: time and level come first
}

std::unique_ptr<spdlog::formatter> make_formatter(LogFormat format, std::string pattern) {
  if (format == LogFormat::json) return std::make_unique<JsonFormatter>(std::move(pattern));
  return std::make_unique<TextFormatter>(std::move(pattern));
}

std::string format_time(std::string_view pattern, std::chrono::system_clock::time_point time) {
  const auto since_epoch = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch - seconds).count();

  std::string expanded;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const std::string_view pair = pattern.substr(at, 2);
    if (pair == "%f") {
      expanded += fmt::format("{:03}", milliseconds);
      ++at;
    } else if (pair == "%%") {
      expanded += pair;
      ++at;
    } else {
      expanded += pattern[at];
    }
  }
  const std::time_t wall = seconds.count();
  std::tm local{};
  ::localtime_r(&wall, &local);
  std::array<char, 256> text;
  return {text.data(), std::strftime(text.data(), text.size(), expanded.c_str(), &local)};
}

}  // namespace relay::observe
