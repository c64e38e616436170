// Numbers found by hash: open addressing with linear probing, at most half full, in one piece of
// memory. It holds no keys: whoever asks compares, and only where the hashes are equal. Hashes
// come from a secret where strangers choose the keys. Grows when something is added, never while
// something is looked for.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace relay {

class FlatIndex {
 public:
  static constexpr std::uint32_t nothing = 0xffffffff;

  /// The number under `hash` for which `is_same(number)` holds, or nothing.
  template <typename IsSame>
  std::uint32_t find(std::uint32_t hash, IsSame is_same) const {
    for (std::size_t at = hash & mask(); slots_[at].number != nothing; at = (at + 1) & mask()) {
      if (slots_[at].hash == hash && is_same(slots_[at].number)) return slots_[at].number;
    }
    return nothing;
  }

  void add(std::uint32_t hash, std::uint32_t number) {
    assert(number != nothing);
    if (2 * (count_ + 1) > slots_.size()) grow();
    put({hash, number});
    ++count_;
  }

  /// `from` is there; from now on `to` stands in its place.
  void replace(std::uint32_t hash, std::uint32_t from, std::uint32_t to) {
    slots_[place_of(hash, from)].number = to;
  }

  /// It is there. Those that were pushed behind it move up, so that no gap remains.
  void remove(std::uint32_t hash, std::uint32_t number) {
    std::size_t gap = place_of(hash, number);
    for (std::size_t at = (gap + 1) & mask(); slots_[at].number != nothing;
         at = (at + 1) & mask()) {
      const std::size_t wanted = slots_[at].hash & mask();
      if (((at - wanted) & mask()) < ((at - gap) & mask())) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap] = {};
    --count_;
  }

  std::size_t size() const { return count_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = nothing;
  };
  static constexpr std::size_t first_size = 64;  // a power of two, as every later one

  std::size_t mask() const { return slots_.size() - 1; }

  std::size_t place_of(std::uint32_t hash, std::uint32_t number) const {
    std::size_t at = hash & mask();
    while (slots_[at].number != number) {
      assert(slots_[at].number != nothing);
      at = (at + 1) & mask();
    }
    return at;
  }

  void put(Slot slot) {
    std::size_t at = slot.hash & mask();
    while (slots_[at].number != nothing) at = (at + 1) & mask();
    slots_[at] = slot;
  }

  void grow() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
    for (const Slot& slot : old) {
      if (slot.number != nothing) put(slot);
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(first_size);
  std::size_t count_ = 0;
};

}  // namespace relay
