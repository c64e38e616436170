#include "turn/deadline_wheel.h"

#include <algorithm>

namespace turn {
namespace {

/// The first whole second at or after `time`.
std::int64_t second_after(Time time) {
  return std::chrono::ceil<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::int64_t second_before(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

void DeadlineWheel::Hook::unlink() {
  if (link_ == nullptr) return;
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  link_ = nullptr;
  next_ = nullptr;
}

void DeadlineWheel::Hook::link(Hook** head) {
  next_ = *head;
  link_ = head;
  if (next_ != nullptr) next_->link_ = &next_;
  *head = this;
}

void DeadlineWheel::set(Hook& hook, Time deadline) {
  hook.unlink();
  hook.second_ = std::max(second_after(deadline), cursor_);
  hook.link(&slot(hook.second_));
  earliest_ = std::min(earliest_, hook.second_);
}

Allocation* DeadlineWheel::pop_due(Time now) {
  const std::int64_t current = second_before(now);
  // After a long sleep one turn of the wheel visits every slot.
  cursor_ = std::max(cursor_, current - static_cast<std::int64_t>(slot_count) + 1);
  for (; cursor_ <= current; ++cursor_) {
    for (Hook* hook = slot(cursor_); hook != nullptr; hook = hook->next_) {
      if (hook->second_ > current) continue;  // A later turn of the wheel.
      hook->unlink();
      return hook->owner_;
    }
  }
  if (earliest_ <= current) earliest_ = find_earliest();
  return nullptr;
}

/// A second that has hooks, of this turn of the wheel or of a later one.
std::int64_t DeadlineWheel::find_earliest() {
  const std::int64_t turn_ends = cursor_ + static_cast<std::int64_t>(slot_count);
  for (std::int64_t second = cursor_; second < turn_ends; ++second) {
    if (slot(second) != nullptr) return second;
  }
  return never;
}

std::optional<Time> DeadlineWheel::next() const {
  if (earliest_ == never) return std::nullopt;
  return Time(std::chrono::seconds(earliest_));
}

}  // namespace turn
