#include "tools/turn_load/statistics.h"

#include <catch2/catch.hpp>

#include "tools/turn_load/pacer.h"

namespace turn_load {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a tracker tells order, reordering and duplicates apart", "[turn_load]") {
  SequenceTracker tracker;
  CHECK(tracker.note(0) == Arrival::in_order);
  CHECK(tracker.note(3) == Arrival::in_order);
  CHECK(tracker.note(1) == Arrival::reordered);
  CHECK(tracker.note(1) == Arrival::duplicate);
  CHECK(tracker.note(3) == Arrival::duplicate);
  CHECK(tracker.note(2) == Arrival::reordered);
  CHECK(tracker.note(4) == Arrival::in_order);
}

TEST_CASE("a tracker remembers 64 packets across a gap", "[turn_load]") {
  SequenceTracker tracker;
  CHECK(tracker.note(10) == Arrival::in_order);
  CHECK(tracker.note(73) == Arrival::in_order);
  CHECK(tracker.note(10) == Arrival::duplicate);
  CHECK(tracker.note(1000) == Arrival::in_order);
  CHECK(tracker.note(1000) == Arrival::duplicate);
  CHECK(tracker.note(999) == Arrival::reordered);
  CHECK(tracker.note(73) == Arrival::reordered);  // too long ago to be told
}

TEST_CASE("a stamp survives the wire", "[turn_load]") {
  std::vector<std::byte> payload(stamp_size, std::byte{0xff});
  const Stamp stamp{.call = 70000,
                    .step = 9,
                    .direction = Direction::down,
                    .sequence = 4'000'000'000,
                    .sent_at = Time(123456789123456789ns)};
  write_stamp(payload, stamp);
  const auto read = read_stamp(payload);
  REQUIRE(read);
  CHECK(read->call == stamp.call);
  CHECK(read->step == stamp.step);
  CHECK(read->direction == stamp.direction);
  CHECK(read->sequence == stamp.sequence);
  CHECK(read->sent_at == stamp.sent_at);

  CHECK_FALSE(read_stamp(Bytes(payload).first(stamp_size - 1)));
  payload[0] ^= std::byte{1};
  CHECK_FALSE(read_stamp(payload));
}

TEST_CASE("packets count in the interval in which they were sent", "[turn_load]") {
  StepStatistics statistics(3s);
  REQUIRE(statistics.intervals.size() == 3);
  statistics.at(Direction::up, 0ms).sent = 10;
  statistics.at(Direction::up, 2999ms).sent = 5;
  statistics.at(Direction::up, 2999ms).received = 4;
  statistics.at(Direction::up, 3100ms).sent += 1;  // a moment late: still of the last
  CHECK(statistics.intervals[0][0].sent == 10);
  CHECK(statistics.intervals[2][0].sent == 6);

  StepStatistics other(3s);
  other.at(Direction::up, 2s).received = 2;
  other.busiest_thread = 0.5;
  statistics.merge(other);
  CHECK(statistics.intervals[2][0].lost() == 0);
  CHECK(statistics.total()[0].lost() == 10);
  CHECK(statistics.total()[0].loss() == Approx(10.0 / 16));
  CHECK(statistics.busiest_thread == 0.5);
}

TEST_CASE("an hour has sixty intervals", "[turn_load]") {
  const StepStatistics hour(3600s);
  CHECK(hour.intervals.size() == 60);
  CHECK(hour.interval_length == 60s);
}

TEST_CASE("calls take turns evenly over the interval", "[turn_load]") {
  const Time start{1s};
  Pacer pacer(start, 20ms, {4, 7, 9, 11});
  CHECK(pacer.due() == start);
  CHECK(pacer.next() == 4);
  CHECK(pacer.due() == start + 5ms);
  CHECK(pacer.next() == 7);
  CHECK(pacer.skip_until(start + 31ms) == 5);
  CHECK(pacer.due() == start + 35ms);
  CHECK(pacer.next() == 11);
  CHECK(pacer.next() == 4);
}

}  // namespace
}  // namespace turn_load
