// What allocations there are by transport, and what ended ones carried, by realm, and by user where
// wanted: what coturn tells Prometheus of, at the same moments. Users beyond a bound are summed
// together. Told of by events, which it hands on to the log. For any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "relay/observe/event_sink.h"
#include "relay/watch.h"
#include "turn/effect.h"

namespace relay {

class Traffic final : public observe::EventSink {
 public:
  static constexpr std::size_t max_users = 1000;
  /// What stands for all users beyond; no user has a name like it.
  static constexpr const char* others = "";

  using Totals = turn::Event::Totals;
  struct Whose {
    std::string realm;  // empty: there are none, clients are anonymous
    std::string user;   // empty when users are not told apart
    friend auto operator<=>(const Whose&, const Whose&) = default;
  };

  /// `wanted`: somebody reads the sums. `log` outlives it.
  Traffic(bool wanted, bool by_user, observe::EventSink& log)
      : wanted_(wanted), by_user_(by_user), log_(log) {}

  bool wants_events() const override { return wanted_ || !watch_.is_idle() || log_.wants_events(); }
  void message(const turn::FiveTuple& client) override {
    if (!watch_.is_idle()) watch_.note_message(client, std::chrono::steady_clock::now());
  }
  void tls_failure(const turn::FiveTuple& client, std::string_view why) override {
    if (!watch_.is_idle()) watch_.note_tls_failure(client, why, std::chrono::steady_clock::now());
  }
  void event(std::size_t worker, const turn::Event& event) override;
  void room_event(const signaling::Event& event) override { log_.room_event(event); }
  void warn(std::string_view sentence) override { log_.warn(sentence); }
  void debug(std::string_view sentence) override { log_.debug(sentence); }

  /// What is told to those who ask what became of their own messages.
  Watch& watch() { return watch_; }
  bool is_wanted() const { return wanted_; }
  /// Allocations now, in the order of turn::Transport.
  std::array<std::int64_t, 4> allocations() const;
  std::map<Whose, Totals> totals() const;

 private:
  void note(const turn::Event& event);

  const bool wanted_, by_user_;
  observe::EventSink& log_;
  Watch watch_;
  mutable std::mutex mutex_;
  std::map<Whose, Totals> totals_;             // under mutex_
  std::array<std::int64_t, 4> allocations_{};  // under mutex_
};

}  // namespace relay
