// Connections of TCP allocations (RFC 6062) in the model.
#include <algorithm>

#include "tests/support/turn_model.h"

namespace support {

using namespace std::chrono_literals;
using State = TurnModel::Connection::State;

namespace {

bool has_connection(const std::map<turn::ConnectionId, TurnModel::Connection>& all,
                    TurnModel::Client client, const TransportAddress& peer) {
  return std::ranges::any_of(all, [&](const auto& entry) {
    return entry.second.client == client && entry.second.peer == peer;
  });
}

}  // namespace

int TurnModel::connect(Client client, const std::string& user, const TransportAddress& peer,
                       Time now) {
  const Allocation* const allocation = find(client, now);
  if (const int code = may_use(allocation, user)) return code;
  if (!allocation->tcp) return 403;
  if (has_connection(connections_, client, peer)) return 446;
  return refuses(*allocation, peer.ip, now);
}

void TurnModel::attempted(turn::ConnectionId id, Client client, const TransportAddress& peer,
                          Time now) {
  connections_[id] = {client, peer, State::attempt, now + 30s};
}

int TurnModel::connected(turn::ConnectionId id, bool connected, Time now) {
  Connection& connection = connections_.at(id);
  if (!connected || now >= connection.deadline) {
    connections_.erase(id);
    return 447;
  }
  connection.state = State::unbound;
  connection.deadline = now + 30s;
  return 0;
}

const TurnModel::Allocation* TurnModel::owner_of(const TransportAddress& relayed) const {
  for (const auto& [client, allocation] : allocations_) {
    for (const Relay& relay : allocation.relays) {
      if (relay.address == relayed) return &allocation;
    }
  }
  return nullptr;
}

bool TurnModel::accepts(const TransportAddress& relayed, const TransportAddress& peer,
                        Time now) const {
  const Allocation* const owner = owner_of(relayed);
  if (owner == nullptr || peer.ip.family() != relayed.ip.family() || forbids(peer.ip)) return false;
  return relay(*owner, peer.ip.family(), now) != nullptr && permitted(*owner, peer.ip, now) &&
         !has_connection(connections_, owner->client, peer);
}

void TurnModel::accepted(turn::ConnectionId id, const TransportAddress& relayed,
                         const TransportAddress& peer, Time now) {
  connections_[id] = {owner_of(relayed)->client, peer, State::unbound, now + 30s};
}

int TurnModel::bind_connection(turn::ConnectionId id, const std::string& user, bool on_stream,
                               Time now) {
  const auto at = connections_.find(id);
  if (!on_stream || at == connections_.end() || at->second.state != State::unbound) return 400;
  const Allocation& owner = allocations_.at(at->second.client);
  const bool live =
      std::ranges::any_of(owner.relays, [&](const Relay& mine) { return mine.expires > now; });
  if (now >= at->second.deadline || !live) return 400;
  if (owner.user != user) return 441;
  at->second.state = State::bound;
  return 0;
}

void TurnModel::disconnect(Client client) {
  allocations_.erase(client);
  std::erase_if(connections_, [&](const auto& entry) { return entry.second.client == client; });
}

void TurnModel::give_up_connections(Time now) {
  given_up_.clear();
  std::erase_if(connections_, [&](const auto& entry) {
    const Connection& connection = entry.second;
    if (connection.state == State::bound || connection.deadline > now) return false;
    if (connection.state == State::attempt) {
      const auto& relays = allocations_.at(connection.client).relays;
      const bool goes_on = std::ranges::any_of(relays, [&](const Relay& mine) {
        return mine.address.ip.family() == connection.peer.ip.family() && mine.expires > now;
      });
      GivenUp& count = given_up_[connection.client];
      count.at_least += goes_on ? 1 : 0;
      ++count.at_most;
    }
    return true;
  });
}

TurnModel::GivenUp TurnModel::given_up(Client client) const {
  const auto at = given_up_.find(client);
  return at == given_up_.end() ? GivenUp() : at->second;
}

std::vector<TransportAddress> TurnModel::tcp_relays() const {
  std::vector<TransportAddress> all;
  for (const auto& [client, allocation] : allocations_) {
    if (!allocation.tcp) continue;
    for (const Relay& mine : allocation.relays) all.push_back(mine.address);
  }
  return all;
}

bool TurnModel::is_tcp(const TransportAddress& relay) const {
  const Allocation* const owner = owner_of(relay);
  return owner != nullptr && owner->tcp;
}

}  // namespace support
