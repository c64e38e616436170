// The allocations of one server by five-tuple, which owns them: a table with open addressing whose
// entries are a hash and a pointer, so that a packet's way to its allocation is one entry, as a
// rule the first that it looks at. The hash is keyed: clients choose their addresses and ports, and
// no choice of theirs makes them meet. At most half full; growing moves the entries, never the
// allocations, and all in one go: up to two milliseconds when the 65,537th comes, most of it the
// kernel's time for fresh pages.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "turn/allocation.h"
#include "turn/types.h"

namespace turn {

/// A hash that is another one for every key; all of its bits count, the high ones first.
class KeyedFiveTupleHash {
 public:
  explicit KeyedFiveTupleHash(Random& random) {
    random.fill(std::as_writable_bytes(std::span(key_)));
  }
  std::uint64_t operator()(const FiveTuple& tuple) const;

 private:
  std::array<std::uint64_t, 5> key_;
};

class FiveTupleIndex {
 public:
  explicit FiveTupleIndex(Random& random) : hash_(random) {}

  Allocation* find(const FiveTuple& client) const;
  /// There is none of its five-tuple.
  Allocation& insert(std::unique_ptr<Allocation> allocation);
  /// Destroys the allocation, which is in here.
  void erase(const Allocation& allocation) { take(allocation); }
  /// Gives it away.
  std::unique_ptr<Allocation> take(const Allocation& allocation);
  std::size_t size() const { return size_; }

  /// In no order that means anything.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Entry& entry : entries_) {
      if (entry.allocation) visit(*entry.allocation);
    }
  }
  /// Every entry is found from its home.
  bool consistent() const;

 private:
  struct Entry {
    std::uint64_t hash = 0;
    std::unique_ptr<Allocation> allocation;  // null: unused
  };
  static constexpr int least_bits = 6;

  /// Where the search for an entry begins. The hash's high bits: entries keep their order when the
  /// table grows, which therefore reads and writes it from one end to the other.
  std::size_t home(std::uint64_t hash) const { return hash >> (64 - bits_); }
  std::size_t behind(std::size_t at) const { return (at + 1) & (entries_.size() - 1); }
  std::size_t distance(std::size_t from, std::size_t to) const {
    return (to - from) & (entries_.size() - 1);
  }
  /// The entry of that five-tuple, or the unused one where it would be.
  std::size_t position(std::uint64_t hash, const FiveTuple& client) const;
  std::size_t unused_position(std::uint64_t hash) const;
  void grow();

  KeyedFiveTupleHash hash_;
  int bits_ = least_bits;
  std::size_t size_ = 0;
  std::vector<Entry> entries_ = std::vector<Entry>(std::size_t{1} << least_bits);
};

}  // namespace turn
