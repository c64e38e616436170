// The search for the highest number of calls that a server carries well: doubles while it goes
// well, then halves the gap. A step that went badly is repeated once before it is believed, since a
// hiccup of this host is not a limit of the server. Knows nothing of servers; asks for a number of
// calls and is told how they went.
#pragma once

#include <cstdint>
#include <optional>

namespace turn_load {

class Search {
 public:
  /// Never asks for more than `most` calls.
  Search(std::uint32_t start, std::uint32_t most) : next_(start), most_(most) {}

  /// How many calls to try now; nothing: the search is over.
  std::optional<std::uint32_t> next() const;
  /// How the calls that next() asked for went.
  void record(bool well);
  /// There will never be more than `calls` calls, whatever the load: the server said so.
  void limit(std::uint32_t calls);

  /// The most calls that went well; 0: none did.
  std::uint32_t best() const { return best_; }
  bool reached_limit() const { return best_ == most_; }

 private:
  static constexpr int max_steps = 40;

  void choose();

  std::uint32_t next_;
  std::uint32_t most_;
  std::uint32_t best_ = 0;
  std::optional<std::uint32_t> worst_;  // the fewest calls that went badly
  bool doubted_ = false;                // next_ went badly once
  bool done_ = false;
  int steps_ = 0;
};

}  // namespace turn_load
