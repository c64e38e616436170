#include "turn/allocation_table.h"

#include <cassert>

#include "turn/limits.h"

namespace turn {

Allocation* AllocationTable::find(RelayId relay) {
  if (relay.slot >= by_relay_.size()) return nullptr;
  const Slot& slot = by_relay_[relay.slot];
  return slot.generation == relay.generation ? slot.allocation : nullptr;
}

Allocation& AllocationTable::create(const FiveTuple& client, std::string_view username) {
  return by_five_tuple_.insert(std::make_unique<Allocation>(client, username));
}

RelayId AllocationTable::name_relay(Allocation& allocation) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(by_relay_.size()));
    by_relay_.emplace_back();
  }
  const std::uint32_t index = free_slots_.back();
  free_slots_.pop_back();
  Slot& slot = by_relay_[index];
  slot.allocation = &allocation;
  return {.slot = index, .generation = ++slot.generation};
}

void AllocationTable::forget_relay(RelayId relay) {
  assert(find(relay) != nullptr);
  by_relay_[relay.slot].allocation = nullptr;
  free_slots_.push_back(relay.slot);
}

void AllocationTable::erase(Allocation& allocation) { by_five_tuple_.erase(allocation); }

void AllocationTable::check_invariants([[maybe_unused]] Time now) const {
#ifndef NDEBUG
  assert(by_five_tuple_.consistent());
  std::size_t relays = 0;
  by_five_tuple_.for_each([&](const Allocation& allocation) {
    assert(allocation.permissions.sorted() && allocation.permissions.size() <= max_permissions);
    assert(allocation.channels.consistent() && allocation.channels.all().size() <= max_channels);
    std::size_t named = 0;
    for (const Relay& relay : allocation.relays) {
      if (relay.state == Relay::State::none) continue;
      ++named;
      assert(by_relay_[relay.id.slot].allocation == &allocation);
      assert(by_relay_[relay.id.slot].generation == relay.id.generation);
    }
    assert(named > 0);
    relays += named;
  });
  assert(relays + free_slots_.size() == by_relay_.size());
#endif
}

}  // namespace turn
