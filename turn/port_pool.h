// The relay ports of one relay address: which are taken. Shared by all workers; a port is claimed
// by one atomic operation and has one owner until it is released. Ports are picked at random (RFC
// 8656 7.2: unpredictable), the free ones all alike.
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

  /// A free port of that parity, each as likely as the others, now taken. `even_and_reserve` takes
  /// the port above it too. Nothing: none is free.
  std::optional<std::uint16_t> claim(Parity parity, Random& random);
  void release(std::uint16_t port);
  bool taken(std::uint16_t port) const;
  std::size_t taken_count() const;

  /// Counts whether an eighth of the ports is still free.
  void review();
  /// It was not, by the last review(), or claim() has found none since. Who holds ports that it can
  /// do without lets go of them.
  bool scarce() const { return scarce_.load(std::memory_order_relaxed); }

 private:
  static std::uint64_t free_bits(const std::atomic<std::uint64_t>& word, Parity parity);
  std::uint32_t count_free(Parity parity) const;
  /// Takes the `n`-th free port, unless another thread was faster.
  std::optional<std::uint16_t> try_claim(Parity parity, std::uint32_t n);
  static bool try_claim_bits(std::atomic<std::uint64_t>& word, std::uint64_t bits);

  std::uint32_t first_, last_;
  std::uint32_t base_;                             // the port of the lowest bit, a multiple of 64
  std::vector<std::atomic<std::uint64_t>> words_;  // a bit a port, set: taken
  std::atomic<bool> scarce_ = false;
};

}  // namespace turn
