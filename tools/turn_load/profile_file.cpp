// The built-in profiles, and the reading of others from YAML.
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

#include "tools/turn_load/profile.h"

namespace turn_load {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_size = 9000;  // a jumbo frame
constexpr std::uint32_t max_burst = 64;
constexpr std::size_t max_streams = 16;

/// Opus at 50 packets a second.
const Stream audio{};
/// 30 frames a second in five packets each: about 1.4 Mbit/s.
const Stream video{
    .min_size = 1100, .max_size = 1200, .burst = 5, .interval = std::chrono::microseconds(33333)};

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

using Error = std::optional<std::string>;

/// `N` or `N-M`.
Error read_size(Stream& stream, std::string_view text) {
  const auto dash = text.find('-');
  const auto least = number<std::size_t>(text.substr(0, dash));
  const auto most = dash == text.npos ? least : number<std::size_t>(text.substr(dash + 1));
  if (!least || !most || *least < stamp_size || *most < *least || *most > max_size) {
    return fmt::format("size \"{}\": write bytes as 200 or 160-200, from {} to {}", text,
                       stamp_size, max_size);
  }
  stream.min_size = *least;
  stream.max_size = *most;
  return std::nullopt;
}

Error read_burst(Stream& stream, std::string_view text) {
  const auto burst = number<std::uint32_t>(text);
  if (!burst || *burst < 1 || *burst > max_burst) {
    return fmt::format("burst \"{}\": write packets, from 1 to {}", text, max_burst);
  }
  stream.burst = *burst;
  return std::nullopt;
}

/// `20ms`, or milliseconds without the unit; fractions are fine.
Error read_interval(Stream& stream, std::string_view text) {
  std::string_view digits = text;
  if (digits.ends_with("ms")) digits.remove_suffix(2);
  const auto milliseconds = number<double>(digits);
  if (!milliseconds || !(*milliseconds >= 0.1 && *milliseconds <= 10000)) {
    return fmt::format("interval \"{}\": write milliseconds, from 0.1 to 10000", text);
  }
  stream.interval = std::chrono::nanoseconds(static_cast<std::int64_t>(*milliseconds * 1e6));
  return std::nullopt;
}

Error read_direction(Stream& stream, std::string_view text) {
  if (text != "up" && text != "down" && text != "both") {
    return fmt::format("direction \"{}\": write up, down or both", text);
  }
  stream.up = text != "down";
  stream.down = text != "up";
  return std::nullopt;
}

Error read_share(Stream& stream, std::string_view text) {
  const auto share = number<double>(text);
  if (!share || !(*share > 0 && *share <= 1)) {
    return fmt::format("share \"{}\": write the part of the calls, above 0 up to 1", text);
  }
  stream.share = *share;
  return std::nullopt;
}

struct Key {
  std::string_view name;
  Error (*read)(Stream&, std::string_view);
};
constexpr std::array keys{Key{"size", read_size}, Key{"burst", read_burst},
                          Key{"interval", read_interval}, Key{"direction", read_direction},
                          Key{"share", read_share}};

Error read_stream(Stream& stream, const YAML::Node& node) {
  if (!node.IsMap()) return "a stream is a map: - {size: 160-200, burst: 1, interval: 20ms}";
  for (const auto& entry : node) {
    const auto name = entry.first.as<std::string>();
    const auto key = std::ranges::find(keys, name, &Key::name);
    if (key == keys.end()) {
      return fmt::format("\"{}\" is none of size, burst, interval, direction, share", name);
    }
    if (auto error = key->read(stream, entry.second.as<std::string>())) return error;
  }
  return std::nullopt;
}

std::expected<Profile, std::string> read_document(const std::string& name, const YAML::Node& root) {
  if (!root.IsMap() || root.size() != 1 || !root["streams"] || !root["streams"].IsSequence()) {
    return std::unexpected(fmt::format("{}: the file has one key, streams, and a list", name));
  }
  const YAML::Node streams = root["streams"];
  if (streams.size() == 0 || streams.size() > max_streams) {
    return std::unexpected(fmt::format("{}: from 1 to {} streams, please", name, max_streams));
  }
  Profile profile{.name = name, .streams = {}};
  for (const YAML::Node& node : streams) {
    if (const auto error = read_stream(profile.streams.emplace_back(), node)) {
      return std::unexpected(fmt::format("{}, line {}: {}", name, node.Mark().line + 1, *error));
    }
  }
  return profile;
}

}  // namespace

std::expected<Profile, std::string> parse_profile(const std::string& name,
                                                  const std::string& yaml) {
  try {
    return read_document(name, YAML::Load(yaml));
  } catch (const YAML::Exception& error) {
    return std::unexpected(fmt::format("{}, line {}: {}", name, error.mark.line + 1, error.msg));
  }
}

std::expected<Profile, std::string> load_profile(const std::string& name_or_path) {
  if (name_or_path == "audio") return Profile{"audio", {audio}};
  if (name_or_path == "video") return Profile{"video", {audio, video}};
  if (name_or_path == "mixed") {
    Stream half = video;
    half.share = 0.5;
    return Profile{"mixed", {audio, half}};
  }
  std::ifstream file(name_or_path);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf())) {
    return std::unexpected(fmt::format(
        "--profile {}: neither audio, video or mixed nor a file that can be read", name_or_path));
  }
  return parse_profile(name_or_path, content.str());
}

}  // namespace turn_load
