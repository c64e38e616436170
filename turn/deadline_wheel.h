// Deadlines of many allocations, O(1) to set, move and cancel: a wheel of one-second slots, each an
// intrusive list. A deadline fires at the first whole second at or after it; who needs the exact
// moment compares times. Owns nothing; a hook leaves the wheel when it dies, and dies first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "turn/types.h"

namespace turn {

class Allocation;

class DeadlineWheel {
 public:
  /// The place of one allocation in the wheel.
  class Hook {
   public:
    explicit Hook(Allocation* owner) : owner_(owner) {}
    ~Hook() { unlink(); }
    Hook(const Hook&) = delete;
    Hook& operator=(const Hook&) = delete;

   private:
    friend class DeadlineWheel;
    void unlink();
    void link(Hook** head);
    Allocation* owner_;
    Hook* next_ = nullptr;
    Hook** link_ = nullptr;  // who points at this: the slot or the hook before it; null: nobody
    std::int64_t second_ = 0;
  };

  /// (Re-)arms the hook.
  void set(Hook& hook, Time deadline);
  void cancel(Hook& hook) { hook.unlink(); }
  /// The next allocation whose second has come, unhooked; null when there is none. Call until null.
  Allocation* pop_due(Time now);
  /// When pop_due() should be called; nothing: no need. Never later than the nearest deadline, and
  /// earlier only while a deadline that was cancelled or moved has yet to pass. Costs nothing.
  std::optional<Time> next() const;

 private:
  static constexpr std::size_t slot_count = 4096;
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  Hook*& slot(std::int64_t second) { return slots_[static_cast<std::size_t>(second) % slot_count]; }
  std::int64_t find_earliest();

  std::array<Hook*, slot_count> slots_{};
  std::int64_t cursor_ = 0;        // no hook is armed for an earlier second
  std::int64_t earliest_ = never;  // nor for a second before this one; found anew when it passes
};

}  // namespace turn
