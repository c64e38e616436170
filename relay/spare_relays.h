// Relay sockets of one address that ended allocations gave back, for the next ones. Two rules keep
// the next port from being foreseen (RFC 8656 7.2) and from being heard of by its last peers:
// - one that came in rests until a quarter of the capacity came after it,
// - one is taken at random, out of half of the capacity at least; out of fewer, none is.
// One worker owns it.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "relay/udp_endpoints.h"

namespace relay {

class SpareRelays {
 public:
  /// At least 4, or 0: it keeps none.
  explicit SpareRelays(std::size_t capacity);

  /// Nothing: too few are ready.
  std::unique_ptr<RelaySocket> take(turn::Random& random);
  /// Takes `relay`; or leaves it alone, being full.
  void put(std::unique_ptr<RelaySocket>& relay);
  /// All of them.
  std::vector<std::unique_ptr<RelaySocket>> give_up();
  std::size_t size() const { return size_; }

 private:
  const std::size_t capacity_;
  std::size_t size_ = 0;
  std::vector<std::unique_ptr<RelaySocket>> resting_;  // a ring; from next_ on the oldest, or none
  std::size_t next_ = 0;
  std::vector<std::unique_ptr<RelaySocket>> ready_;
};

}  // namespace relay
