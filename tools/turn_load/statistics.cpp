#include "tools/turn_load/statistics.h"

#include <algorithm>
#include <cassert>

namespace turn_load {

Arrival SequenceTracker::note(std::uint32_t sequence) {
  if (sequence >= next_) {
    const std::uint32_t ahead = sequence - next_ + 1;
    seen_ = ahead < 64 ? seen_ << ahead | 1 : 1;
    next_ = sequence + 1;
    return Arrival::in_order;
  }
  const std::uint32_t behind = next_ - 1 - sequence;
  if (behind >= 64) return Arrival::reordered;
  const std::uint64_t bit = std::uint64_t{1} << behind;
  if ((seen_ & bit) != 0) return Arrival::duplicate;
  seen_ |= bit;
  return Arrival::reordered;
}

void DirectionStatistics::merge(const DirectionStatistics& other) {
  sent += other.sent;
  received += other.received;
  reordered += other.reordered;
  duplicated += other.duplicated;
  latency.merge(other.latency);
}

DirectionStatistics both(const Interval& interval) {
  DirectionStatistics sum = interval[index_of(Direction::up)];
  sum.merge(interval[index_of(Direction::down)]);
  return sum;
}

StepStatistics::StepStatistics(std::chrono::nanoseconds duration) {
  using std::chrono::seconds;
  const auto whole = std::max<std::int64_t>(1, std::chrono::ceil<seconds>(duration).count());
  interval_length = seconds((whole + max_intervals - 1) / max_intervals);
  const auto count = (seconds(whole) + interval_length - seconds(1)) / interval_length;
  intervals.resize(static_cast<std::size_t>(std::max<std::int64_t>(1, count)));
}

DirectionStatistics& StepStatistics::at(Direction direction, std::chrono::nanoseconds since_start) {
  const auto index =
      static_cast<std::size_t>(std::max<std::int64_t>(0, since_start / interval_length));
  return intervals[std::min(index, intervals.size() - 1)][index_of(direction)];
}

void StepStatistics::merge(const StepStatistics& other) {
  assert(intervals.size() == other.intervals.size());
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    for (std::size_t d = 0; d < directions; ++d) intervals[i][d].merge(other.intervals[i][d]);
  }
  not_sent += other.not_sent;
  dropped_here += other.dropped_here;
  strays += other.strays;
  busiest_thread = std::max(busiest_thread, other.busiest_thread);
}

Interval StepStatistics::total() const {
  Interval sum;
  for (const Interval& interval : intervals) {
    for (std::size_t d = 0; d < directions; ++d) sum[d].merge(interval[d]);
  }
  return sum;
}

}  // namespace turn_load
