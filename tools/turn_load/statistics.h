// What became of the packets: counted per direction and per interval of a step, each packet in the
// interval in which it was sent, so that loss is exact however late the rest arrives. Every loop
// fills its own; they are merged when the step is over.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tools/turn_load/histogram.h"
#include "tools/turn_load/payload.h"

namespace turn_load {

/// How a packet stands to those that came before it in its direction of its call.
enum class Arrival : std::uint8_t { in_order, reordered, duplicate };

/// Remembers the last 64 sequence numbers of one direction of one call. Older ones count as
/// reordered: a duplicate that is later than that cannot be told.
class SequenceTracker {
 public:
  Arrival note(std::uint32_t sequence);

 private:
  std::uint64_t seen_ = 0;  // bit n: `next_` - 1 - n has arrived
  std::uint32_t next_ = 0;
};

struct DirectionStatistics {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;  // duplicates apart
  std::uint64_t reordered = 0;
  std::uint64_t duplicated = 0;
  Histogram latency;

  std::uint64_t lost() const { return sent > received ? sent - received : 0; }
  double loss() const {
    return sent == 0 ? 0 : static_cast<double>(lost()) / static_cast<double>(sent);
  }
  void merge(const DirectionStatistics& other);
};

using Interval = std::array<DirectionStatistics, directions>;
/// Both directions as one.
DirectionStatistics both(const Interval& interval);

struct StepStatistics {
  StepStatistics() = default;
  /// At most max_intervals of at least a second.
  explicit StepStatistics(std::chrono::nanoseconds duration);

  std::vector<Interval> intervals;
  std::chrono::nanoseconds interval_length{std::chrono::seconds(1)};
  /// Packets that this program failed to send in time: its own limit, not the server's.
  std::uint64_t not_sent = 0;
  /// Packets that came back and found a socket of this program full: its own limit too.
  std::uint64_t dropped_here = 0;
  /// Datagrams that nobody here sent.
  std::uint64_t strays = 0;
  /// The part of the time that the busiest thread of this program worked.
  double busiest_thread = 0;

  DirectionStatistics& at(Direction direction, std::chrono::nanoseconds since_start);
  void merge(const StepStatistics& other);
  Interval total() const;

 private:
  static constexpr std::int64_t max_intervals = 60;
};

}  // namespace turn_load
