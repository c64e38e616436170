#include "relay/spare_relays.h"

#include <cassert>

namespace relay {

SpareRelays::SpareRelays(std::size_t capacity) : capacity_(capacity), resting_(capacity / 4) {
  assert(capacity == 0 || capacity >= 4);
}

std::unique_ptr<RelaySocket> SpareRelays::take(turn::Random& random) {
  if (ready_.size() < capacity_ / 2 || ready_.empty()) return nullptr;
  const std::size_t chosen = random.below(static_cast<std::uint32_t>(ready_.size()));
  std::swap(ready_[chosen], ready_.back());
  std::unique_ptr<RelaySocket> relay = std::move(ready_.back());
  ready_.pop_back();
  --size_;
  return relay;
}

void SpareRelays::put(std::unique_ptr<RelaySocket>& relay) {
  if (size_ == capacity_) return;
  std::unique_ptr<RelaySocket> rested = std::exchange(resting_[next_], std::move(relay));
  next_ = (next_ + 1) % resting_.size();
  if (rested) ready_.push_back(std::move(rested));
  ++size_;
}

std::vector<std::unique_ptr<RelaySocket>> SpareRelays::give_up() {
  std::vector<std::unique_ptr<RelaySocket>> all = std::exchange(ready_, {});
  for (std::unique_ptr<RelaySocket>& relay : resting_) {
    if (relay) all.push_back(std::move(relay));
  }
  size_ = 0;
  return all;
}

}  // namespace relay
