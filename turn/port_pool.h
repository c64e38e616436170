// The relay ports of one relay address: which are taken. Shared by all workers; a port is claimed by
// one atomic operation and has one owner until it is released. Ports are picked at random (RFC 8656
// 7.2: unpredictable), the free ones all alike.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "turn/effect.h"
#include "turn/types.h"

namespace turn {

class PortPool {
 public:
  /// Inclusive bounds, first <= last.
  PortPool(std::uint16_t first, std::uint16_t last);

  /// A free port of that parity, now taken. `even_and_reserve` takes the port above it too.
  /// Nothing: none is free.
  std::optional<std::uint16_t> claim(Parity parity, Random& random);
  void release(std::uint16_t port);
  bool taken(std::uint16_t port) const;
  std::size_t taken_count() const;

 private:
  bool try_claim(std::uint32_t port);
  std::uint32_t first_, last_;
  std::vector<std::atomic<std::uint64_t>> words_;  // a bit a port
};

}  // namespace turn
