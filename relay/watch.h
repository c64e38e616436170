// What became of the clients of a few addresses, which have asked to be told (/api/doctor):
// bounded, and next to nothing while nobody asks. Control messages are counted, packets never. What
// it tells a client of its credentials is no more than the answers themselves do. For any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "turn/effect.h"

namespace relay {

class Watch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::size_t max_addresses = 64;  // beyond: who asked longest ago is forgotten
  static constexpr std::size_t max_findings = 12;   // of one address; beyond: the oldest goes
  static constexpr std::size_t max_detail = 160;    // bytes
  /// From the last question on.
  static constexpr std::chrono::seconds time{120};

  using Counts = std::array<std::uint64_t, 4>;  // in the order of turn::Transport

  /// The same thing again and again is one finding.
  struct Finding {
    std::string_view code;  // as in relay/http/README.md
    turn::Transport transport{};
    std::string detail;
    std::string peer;  // empty: none
    std::uint64_t count = 0;
    Time last;
  };
  struct Seen {
    std::chrono::seconds watched{};  // 0: this question began it
    Counts arrived{}, allocated{};
    std::vector<Finding> findings;
  };

  /// What was seen since the watch began, which a question begins or prolongs.
  Seen ask(const stun::IpAddress& address, Time now);

  bool is_idle() const { return watched_.load(std::memory_order_relaxed) == 0; }
  void note_message(const turn::FiveTuple& client, Time now);
  void note_event(const turn::Event& event, Time now);
  void note_tls_failure(const turn::FiveTuple& client, std::string_view why, Time now);

 private:
  struct Entry {
    stun::IpAddress address;
    Time began, asked;
    Seen seen;
  };

  Entry* find(const stun::IpAddress& address, Time now);
  void forget_old(Time now);
  static void add(Seen& seen, Finding finding);

  std::atomic<std::size_t> watched_{0};
  std::mutex mutex_;
  std::vector<Entry> entries_;  // under mutex_
};

}  // namespace relay
