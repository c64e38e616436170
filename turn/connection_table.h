// The peer data connections of one server (RFC 6062 5): TCP connections between a relayed transport
// address and a peer, each named by its CONNECTION-ID from the moment that it is begun. One is
// being made, or waits for the client to bind a connection of its own to it, or is bound. Of an
// allocation there is at most one to a peer. Bounded; the allocation outlives its connections.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "turn/reply.h"
#include "turn/types.h"

namespace turn {

class Allocation;

struct Connection {
  enum class State : std::uint8_t { connecting, unbound, bound };
  Allocation* allocation = nullptr;
  TransportAddress peer;  // as the network sees it
  State state = State::connecting;
  Time deadline = Time::max();                   // when it is given up unless its state moves on
  std::optional<RequestContext> requested = {};  // by Connect, which is answered once it is made
};

class ConnectionTable {
 public:
  ConnectionTable(Random& random, ConnectionIdShare share) : random_(random), share_(share) {}

  Connection* find(ConnectionId id);
  /// A connection of this allocation to that peer, whatever its state.
  bool has(const Allocation& allocation, const TransportAddress& peer);
  bool has_room(const Allocation& allocation, std::size_t max_total) const;
  /// Under an id that nobody can guess. The caller has asked has() and has_room().
  ConnectionId add(Connection connection);
  void move_on(ConnectionId id, Connection::State state, Time deadline);
  void erase(ConnectionId id);

  /// A connection whose deadline has come, which the caller moves on or erases.
  std::optional<ConnectionId> due(Time now) const;
  std::optional<Time> next_deadline() const;

  std::size_t size() const { return by_id_.size(); }
  bool consistent() const;

 private:
  ConnectionId draw();

  Random& random_;
  const ConnectionIdShare share_;
  std::unordered_map<ConnectionId, Connection> by_id_;
  std::set<std::pair<Time, ConnectionId>> deadlines_;
};

}  // namespace turn
