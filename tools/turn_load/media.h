// One step of the load in one thread: sends what the profile says when it is due, and judges what
// arrives. What could not be sent in time is counted apart, since that is the limit of this
// program.
#pragma once

#include <atomic>
#include <cstdint>
#include <random>
#include <vector>

#include "tools/turn_load/fleet.h"
#include "tools/turn_load/pacer.h"
#include "tools/turn_load/profile.h"
#include "tools/turn_load/statistics.h"

namespace turn_load {

struct Step {
  std::uint16_t number = 0;  // none like it among those whose packets may still be under way
  const Profile* profile = nullptr;
  Time start{};
  std::chrono::nanoseconds duration{};
};

/// What the other threads may see while a step goes on.
struct LiveCounters {
  std::atomic<std::uint64_t> sent = 0;
  std::atomic<std::uint64_t> received = 0;
};

class Media final : private PayloadSink {
 public:
  /// The first `calls` of the `fleet`, which must outlive this.
  Media(Fleet& fleet, std::uint32_t calls, const Step& step, LiveCounters& live);

  /// Runs the step, and a moment longer for what is still under way; until `stop`
  /// or until no call is left at most.
  StepStatistics run(const std::atomic<bool>& stop);

 private:
  struct Flow {
    Stream stream;
    Direction direction{};
    Pacer pacer;
  };
  struct CallState {
    std::array<std::uint32_t, directions> next_sequence{};
    std::array<SequenceTracker, directions> trackers;
  };

  void on_payload(Direction direction, Bytes payload) override;

  void add_flows(const Stream& stream);
  void send_due(Time now);
  void give_up_until(Time then);
  void send_burst(Flow& flow, Time now);
  std::size_t choose_size(const Stream& stream);
  Time next_due() const;
  void collect_late(const std::atomic<bool>& stop);

  Fleet& fleet_;
  Step step_;
  LiveCounters& live_;
  std::vector<Flow> flows_;
  std::vector<CallState> calls_;
  std::vector<std::byte> train_;
  std::minstd_rand sizes_;
  StepStatistics statistics_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace turn_load
