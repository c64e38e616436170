// Effects in the order in which they were queued. Keeps its storage, so that a server that has run
// for a while queues without allocating.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "turn/effect.h"

namespace turn {

class EffectQueue {
 public:
  void push(Effect effect) { effects_.push_back(std::move(effect)); }
  bool empty() const { return next_ == effects_.size(); }

  std::optional<Effect> pop() {
    if (empty()) {
      effects_.clear();
      next_ = 0;
      return std::nullopt;
    }
    return std::move(effects_[next_++]);
  }

 private:
  std::vector<Effect> effects_;
  std::size_t next_ = 0;
};

}  // namespace turn
