#include "turn/allocation.h"

#include <algorithm>

namespace turn {

Relay* Allocation::relay(Family family, Time now) {
  for (Relay& relay : relays) {
    if (relay.family == family && relay.live(now)) return &relay;
  }
  return nullptr;
}

Time Allocation::next_expiry() const {
  Time next = Time::max();
  for (const Relay& relay : relays) {
    if (relay.state == Relay::State::open) next = std::min(next, relay.expires_at);
  }
  return next;
}

}  // namespace turn
