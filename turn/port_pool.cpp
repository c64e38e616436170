#include "turn/port_pool.h"

#include <bit>
#include <cassert>

namespace turn {
namespace {

constexpr std::uint32_t word_bits = 64;
constexpr std::uint64_t even_bits = 0x5555555555555555;

/// Ports are scarce when less than this part of them is free.
constexpr std::uint32_t scarce_share = 8;

/// The `n`-th set bit of `word`, counted from 0.
std::uint64_t nth_bit(std::uint64_t word, std::uint32_t n) {
  for (; n > 0; --n) word &= word - 1;
  return word & -word;
}

}  // namespace

PortPool::PortPool(std::uint16_t first, std::uint16_t last)
    : first_(first),
      last_(last),
      base_(first / word_bits * word_bits),
      words_((last - base_) / word_bits + 1) {
  assert(first <= last);
  // Ports of the outer words that are out of bounds count as taken by nobody.
  words_.front() |= ~(~std::uint64_t{0} << (first_ - base_));
  words_.back() |= ~(~std::uint64_t{0} >> (word_bits - 1 - last_ % word_bits));
}

std::optional<std::uint16_t> PortPool::claim(Parity parity, Random& random) {
  // A race lost to another worker is a port less for it: the loop ends when there are none.
  while (const std::uint32_t count = count_free(parity)) {
    if (const auto port = try_claim(parity, random.below(count))) return port;
  }
  if (parity == Parity::any) scarce_.store(true, std::memory_order_relaxed);
  return std::nullopt;
}

/// The free ports of a word; for a pair, the even port of each.
std::uint64_t PortPool::free_bits(const std::atomic<std::uint64_t>& word, Parity parity) {
  const std::uint64_t free = ~word.load(std::memory_order_relaxed);
  switch (parity) {
    case Parity::any:
      return free;
    case Parity::even:
      return free & even_bits;
    case Parity::even_and_reserve:
      return free & free >> 1 & even_bits;
  }
  return 0;
}

std::uint32_t PortPool::count_free(Parity parity) const {
  int count = 0;
  for (const auto& word : words_) count += std::popcount(free_bits(word, parity));
  return static_cast<std::uint32_t>(count);
}

std::optional<std::uint16_t> PortPool::try_claim(Parity parity, std::uint32_t n) {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::uint64_t free = free_bits(words_[i], parity);
    const auto count = static_cast<std::uint32_t>(std::popcount(free));
    if (n >= count) {
      n -= count;
      continue;
    }
    const std::uint64_t port_bit = nth_bit(free, n);
    // A pair never straddles two words: these start at even ports.
    const std::uint64_t bits = parity == Parity::even_and_reserve ? port_bit * 3 : port_bit;
    if (!try_claim_bits(words_[i], bits)) return std::nullopt;
    return static_cast<std::uint16_t>(base_ + i * word_bits +
                                      static_cast<std::size_t>(std::countr_zero(port_bit)));
  }
  return std::nullopt;
}

bool PortPool::try_claim_bits(std::atomic<std::uint64_t>& word, std::uint64_t bits) {
  std::uint64_t seen = word.load(std::memory_order_relaxed);
  while ((seen & bits) == 0) {
    if (word.compare_exchange_weak(seen, seen | bits, std::memory_order_acq_rel,
                                   std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

void PortPool::release(std::uint16_t port) {
  assert(first_ <= port && port <= last_ && taken(port));
  const std::uint64_t bit = std::uint64_t{1} << (port - base_) % word_bits;
  words_[(port - base_) / word_bits].fetch_and(~bit, std::memory_order_acq_rel);
}

bool PortPool::taken(std::uint16_t port) const {
  if (port < first_ || port > last_) return false;
  const std::uint64_t word = words_[(port - base_) / word_bits].load(std::memory_order_relaxed);
  return (word >> (port - base_) % word_bits & 1) != 0;
}

void PortPool::review() {
  const bool scarce = count_free(Parity::any) < (last_ - first_ + 1) / scarce_share;
  scarce_.store(scarce, std::memory_order_relaxed);
}

std::size_t PortPool::taken_count() const { return last_ - first_ + 1 - count_free(Parity::any); }

}  // namespace turn
