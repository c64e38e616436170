#include "turn/five_tuple_index.h"

#include <cassert>
#include <utility>

#include "turn/fold.h"

namespace turn {

std::uint64_t KeyedFiveTupleHash::operator()(const FiveTuple& tuple) const {
  const auto client = tuple.client.ip.words();
  const auto server = tuple.server.ip.words();
  const std::uint64_t rest = std::uint64_t{tuple.client.port} << 48 |
                             std::uint64_t{tuple.server.port} << 32 |
                             std::uint64_t{static_cast<std::uint8_t>(tuple.transport)} << 16 |
                             std::uint64_t{static_cast<std::uint8_t>(tuple.client.ip.family())};
  return fold(fold(client[0] ^ key_[0], client[1] ^ key_[1]) ^
                  fold(server[0] ^ key_[2], server[1] ^ key_[3]),
              rest ^ key_[4]);
}

Allocation* FiveTupleIndex::find(const FiveTuple& client) const {
  return entries_[position(hash_(client), client)].allocation.get();
}

Allocation& FiveTupleIndex::insert(std::unique_ptr<Allocation> allocation) {
  assert(find(allocation->client) == nullptr);
  if ((size_ + 1) * 2 > entries_.size()) grow();
  ++size_;
  const std::uint64_t hash = hash_(allocation->client);
  Entry& entry = entries_[unused_position(hash)];
  entry = {hash, std::move(allocation)};
  return *entry.allocation;
}

std::unique_ptr<Allocation> FiveTupleIndex::take(const Allocation& allocation) {
  std::size_t gap = position(hash_(allocation.client), allocation.client);
  assert(entries_[gap].allocation.get() == &allocation);
  std::unique_ptr<Allocation> taken = std::move(entries_[gap].allocation);
  --size_;
  // Whoever stands behind the gap without standing at home, or between the two, moves up.
  for (std::size_t at = behind(gap); entries_[at].allocation; at = behind(at)) {
    if (distance(home(entries_[at].hash), at) < distance(gap, at)) continue;
    entries_[gap] = std::move(entries_[at]);
    gap = at;
  }
  return taken;
}

std::size_t FiveTupleIndex::position(std::uint64_t hash, const FiveTuple& client) const {
  std::size_t at = home(hash);
  while (entries_[at].allocation &&
         (entries_[at].hash != hash || entries_[at].allocation->client != client)) {
    at = behind(at);
  }
  return at;
}

std::size_t FiveTupleIndex::unused_position(std::uint64_t hash) const {
  std::size_t at = home(hash);
  while (entries_[at].allocation) at = behind(at);
  return at;
}

void FiveTupleIndex::grow() {
  auto before = std::exchange(entries_, std::vector<Entry>(entries_.size() * 2));
  ++bits_;
  for (Entry& entry : before) {
    if (entry.allocation) entries_[unused_position(entry.hash)] = std::move(entry);
  }
}

bool FiveTupleIndex::consistent() const {
  std::size_t found = 0;
  for (std::size_t at = 0; at < entries_.size(); ++at) {
    const Entry& entry = entries_[at];
    if (!entry.allocation) continue;
    if (position(entry.hash, entry.allocation->client) != at) return false;
    if (entry.hash != hash_(entry.allocation->client)) return false;
    ++found;
  }
  return found == size_ && size_ * 2 <= entries_.size();
}

}  // namespace turn
