#include "relay/shared_relays.h"

#include <algorithm>
#include <cassert>

namespace relay {

SharedRelays::SharedRelays(SharedOwner& owner, turn::Random& random)
    : owner_(owner), pairs_(owner, random) {}

SharedRelays::~SharedRelays() {
  for (auto& shared : sockets_) {
    if (shared) owner_.close_shared(std::move(shared));
  }
}

std::optional<turn::TransportAddress> SharedRelays::enter(turn::RelayId relay,
                                                          const turn::IpAddress& ip, Time now) {
  Address* const address = address_of(ip);
  SharedSocket* const home = address != nullptr ? choose_home(*address, now) : nullptr;
  if (home == nullptr) return std::nullopt;
  pairs_.enter(relay, home->number);
  ++home->relays;
  return home->socket.local();
}

/// A socket that nobody has yet, else the one that fewest have; of those alike each in its turn, so
/// that a client that comes back finds another one than it left pairs on.
SharedSocket* SharedRelays::choose_home(Address& address, Time now) {
  SharedRange& range = address.range;
  if (range.count < sockets_per_address) {
    const auto number = static_cast<SharedNumber>(range.first + range.count);
    if (auto opened = owner_.open_shared(address.ip, number, now)) {
      ++range.count;
      return (sockets_[number] = std::move(opened)).get();
    }
  }
  SharedSocket* least = nullptr;
  for (SharedNumber i = 0; i < range.count; ++i) {
    SharedSocket& each = *sockets_[range.first + (address.turn + i) % range.count];
    if (least == nullptr || each.relays < least->relays) least = &each;
  }
  ++address.turn;
  return least != nullptr && least->relays < max_relays_of_socket ? least : nullptr;
}

SharedRelays::Address* SharedRelays::address_of(const turn::IpAddress& ip) {
  const auto known = std::ranges::find(addresses_, ip, &Address::ip);
  if (known != addresses_.end()) return &*known;
  const std::size_t first = sockets_.size();
  if (first + sockets_per_address > own_socket) return nullptr;
  sockets_.resize(first + sockets_per_address);
  return &addresses_.emplace_back(
      Address{.ip = ip, .range = {.first = static_cast<SharedNumber>(first)}});
}

void SharedRelays::leave(turn::RelayId relay, Time now) {
  --sockets_[pairs_.home(relay)]->relays;
  pairs_.leave(relay, now);
}

net::DatagramSocket* SharedRelays::socket_to(turn::RelayId relay,
                                             const turn::TransportAddress& peer, Time now) {
  assert(has(relay) && peer.port != 0);
  const std::optional<SharedNumber> known = pairs_.route(relay, peer, now);
  const SharedNumber number = known ? *known : claim(relay, peer, now);
  return number == own_socket ? nullptr : &sockets_[number]->socket;
}

/// What a socket sends to itself comes back to who sent it. That is meant where a relay has the
/// address to itself; where it shares it, the other one is meant.
SharedNumber SharedRelays::claim(turn::RelayId relay, const turn::TransportAddress& peer,
                                 Time now) {
  const SharedNumber home = pairs_.home(relay);
  const bool to_itself = sockets_[home]->relays == 1 && peer == sockets_[home]->socket.local();
  return pairs_.claim(relay, peer, addresses_[home / sockets_per_address].range,
                      to_itself ? own_socket : number_at(peer), now);
}

std::expected<turn::RelayId, Unowned> SharedRelays::owner(const SharedSocket& shared,
                                                          const turn::TransportAddress& source,
                                                          Time now) {
  std::optional<turn::RelayId> sender;
  const turn::TransportAddress& local = shared.socket.local();
  if (source.ip == local.ip) {
    const SharedNumber from = number_at(source);
    if (from != own_socket) sender = pairs_.holder(from, local);
  }
  return pairs_.owner(shared.number, source, sender, now);
}

std::optional<turn::RelayId> SharedRelays::sender(const turn::TransportAddress& local,
                                                  const turn::TransportAddress& peer) const {
  const SharedNumber from = number_at(local);
  return from != own_socket ? pairs_.holder(from, peer) : std::nullopt;
}

/// Which of ours is bound there; own_socket: none.
SharedNumber SharedRelays::number_at(const turn::TransportAddress& local) const {
  const auto address = std::ranges::find(addresses_, local.ip, &Address::ip);
  if (address == addresses_.end()) return own_socket;
  for (SharedNumber i = 0; i < address->range.count; ++i) {
    const auto number = static_cast<SharedNumber>(address->range.first + i);
    if (sockets_[number]->socket.local().port == local.port) return number;
  }
  return own_socket;
}

}  // namespace relay
