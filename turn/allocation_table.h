// The allocations of one server by their two names: the five-tuple that the client is known by, and
// the RelayIds that the sockets are known by. Owns them; addresses stay put.
#pragma once

#include <cstdint>
#include <vector>

#include "turn/allocation.h"
#include "turn/five_tuple_index.h"
#include "turn/types.h"

namespace turn {

class AllocationTable {
 public:
  explicit AllocationTable(Random& random) : by_five_tuple_(random) {}

  Allocation* find(const FiveTuple& client) const { return by_five_tuple_.find(client); }
  Allocation* find(RelayId relay);

  /// The five-tuple has none yet.
  Allocation& create(const FiveTuple& client, std::string_view username);
  /// A name for a new relay of `allocation`.
  RelayId name_relay(Allocation& allocation);
  void forget_relay(RelayId relay);
  /// All relays of it have been forgotten.
  void erase(Allocation& allocation);
  /// Out of the index by five-tuple, for a while or for good, and in again.
  std::unique_ptr<Allocation> take(Allocation& allocation) {
    return by_five_tuple_.take(allocation);
  }
  Allocation& put(std::unique_ptr<Allocation> allocation) {
    return by_five_tuple_.insert(std::move(allocation));
  }

  std::size_t size() const { return by_five_tuple_.size(); }
  void check_invariants(Time now) const;

 private:
  struct Slot {
    Allocation* allocation = nullptr;
    std::uint32_t generation = 0;
  };
  FiveTupleIndex by_five_tuple_;
  std::vector<Slot> by_relay_;
  std::vector<std::uint32_t> free_slots_;
};

}  // namespace turn
