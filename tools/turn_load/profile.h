// What a call carries: streams of packets, each a burst of some size at an interval. Three profiles
// are built in; a small YAML file describes any other.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "tools/turn_load/payload.h"

namespace turn_load {

struct Stream {
  std::size_t min_size = 160;  // bytes of payload; each burst has one size between the two
  std::size_t max_size = 200;
  std::uint32_t burst = 1;
  std::chrono::nanoseconds interval{std::chrono::milliseconds(20)};
  bool up = true;
  bool down = true;
  double share = 1;  // of the calls that carry it

  bool goes(Direction direction) const { return direction == Direction::up ? up : down; }
  /// The calls that carry the stream are spread evenly over all of them.
  bool is_carried_by(std::uint32_t call) const;
};

struct Profile {
  std::string name;
  std::vector<Stream> streams;

  /// Both directions of `calls` calls.
  double packets_per_second(std::uint32_t calls) const;
  /// Intervals stretched or squeezed until `calls` calls offer that many packets a second.
  Profile at_rate(double packets_per_second, std::uint32_t calls) const;
};

/// audio, video or mixed; any other text is the path of a YAML file. The error is a sentence.
std::expected<Profile, std::string> load_profile(const std::string& name_or_path);
/// The content of such a file.
std::expected<Profile, std::string> parse_profile(const std::string& name, const std::string& yaml);

}  // namespace turn_load
