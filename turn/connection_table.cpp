#include "turn/connection_table.h"

#include <algorithm>
#include <cassert>

#include "turn/allocation.h"
#include "turn/limits.h"

namespace turn {

Connection* ConnectionTable::find(ConnectionId id) {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : &at->second;
}

bool ConnectionTable::has(const Allocation& allocation, const TransportAddress& peer) {
  return std::ranges::any_of(*allocation.connections,
                             [&](ConnectionId id) { return by_id_.at(id).peer == peer; });
}

bool ConnectionTable::has_room(const Allocation& allocation, std::size_t max_total) const {
  return by_id_.size() < max_total && allocation.connections->size() < max_connections;
}

ConnectionId ConnectionTable::add(Connection connection) {
  const ConnectionId id = draw();
  connection.allocation->connections->push_back(id);
  if (connection.deadline != Time::max()) deadlines_.emplace(connection.deadline, id);
  by_id_.emplace(id, std::move(connection));
  return id;
}

/// Not one that is in use. 0 is left out: it is what a client sends who has none.
ConnectionId ConnectionTable::draw() {
  for (;;) {
    const std::uint32_t random = random_.next_u32();
    const std::uint64_t number = random - random % share_.of + std::uint64_t{share_.index};
    const ConnectionId id{static_cast<std::uint32_t>(number)};
    if (number != 0 && number <= UINT32_MAX && !by_id_.contains(id)) return id;
  }
}

void ConnectionTable::move_on(ConnectionId id, Connection::State state, Time deadline) {
  Connection& connection = by_id_.at(id);
  deadlines_.erase({connection.deadline, id});
  connection.state = state;
  connection.deadline = deadline;
  if (deadline != Time::max()) deadlines_.emplace(deadline, id);
}

void ConnectionTable::erase(ConnectionId id) {
  const auto at = by_id_.find(id);
  assert(at != by_id_.end());
  std::erase(*at->second.allocation->connections, id);
  deadlines_.erase({at->second.deadline, id});
  by_id_.erase(at);
}

std::optional<ConnectionId> ConnectionTable::due(Time now) const {
  if (deadlines_.empty() || now < deadlines_.begin()->first) return std::nullopt;
  return deadlines_.begin()->second;
}

std::optional<Time> ConnectionTable::next_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

bool ConnectionTable::consistent() const {
  std::size_t with_deadline = 0;
  for (const auto& [id, connection] : by_id_) {
    const auto& listed = *connection.allocation->connections;
    if (std::ranges::count(listed, id) != 1 || listed.size() > max_connections) return false;
    with_deadline += connection.state == Connection::State::bound ? 0 : 1;
    if (connection.requested.has_value() != (connection.state == Connection::State::connecting)) {
      return false;
    }
  }
  return with_deadline == deadlines_.size();
}

}  // namespace turn
