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
  return nullptr;
}

std::optional<Time> DeadlineWheel::next() const {
  for (std::size_t i = 0; i < slot_count; ++i) {
    const std::int64_t second = cursor_ + static_cast<std::int64_t>(i);
    if (slots_[static_cast<std::size_t>(second) % slot_count] != nullptr) {
      return Time(std::chrono::seconds(second));
    }
  }
  return std::nullopt;
}

}  // namespace turn
