#include "tools/turn_load/search.h"

#include <algorithm>

namespace turn_load {

std::optional<std::uint32_t> Search::next() const {
  if (done_) return std::nullopt;
  return next_;
}

void Search::record(bool well) {
  ++steps_;
  if (well) {
    best_ = next_;
  } else if (!doubted_) {
    doubted_ = true;
    done_ = steps_ >= max_steps;
    return;
  } else {
    worst_ = next_;
  }
  doubted_ = false;
  choose();
}

void Search::limit(std::uint32_t calls) {
  most_ = std::min(most_, calls);
  doubted_ = false;
  choose();
}

/// Between the best and the worst, within 5 % of the best.
void Search::choose() {
  const std::uint32_t worst = std::min(worst_.value_or(most_ + 1), most_ + 1);
  const std::uint32_t gap = worst > best_ ? worst - best_ : 0;
  done_ = steps_ >= max_steps || gap <= std::max<std::uint32_t>(1, worst_ ? best_ / 20 : 0);
  if (worst_) {
    next_ = best_ + gap / 2;
  } else {
    next_ = best_ == 0 ? std::min(next_, most_)
                       : std::min(best_ > most_ / 2 ? most_ : best_ * 2, most_);
  }
}

}  // namespace turn_load
