#include "relay/shared_pairs.h"

#include <cassert>
#include <span>

#include "turn/fold.h"

namespace relay {
namespace {

/// Use is noted this often: per packet it would cost what it is worth.
constexpr std::chrono::seconds use_is_noted{1};

/// Sockets and relays in one space of names.
std::uint64_t name(SharedNumber socket) { return std::uint64_t{1} << 32 | socket; }
std::uint64_t name(turn::RelayId relay) { return relay.slot; }

turn::TransportAddress any_port(const turn::IpAddress& ip) { return {ip, 0}; }
bool is_address(const turn::TransportAddress& peer) { return peer.port == 0; }

}  // namespace

SharedPairs::SharedPairs(Permissions& permissions, turn::Random& random)
    : permissions_(permissions) {
  random.fill(std::as_writable_bytes(std::span(secret_)));
}

void SharedPairs::enter(turn::RelayId relay, SharedNumber home) {
  assert(!has(relay));
  if (relay.slot >= members_.size()) members_.resize(relay.slot + 1);
  member(relay) = {.entries = {}, .generation = relay.generation, .home = home, .present = true};
}

bool SharedPairs::has(turn::RelayId relay) const {
  return relay.slot < members_.size() && members_[relay.slot].present &&
         members_[relay.slot].generation == relay.generation;
}

void SharedPairs::leave(turn::RelayId relay, Time now) {
  expire(now);
  Member& leaving = member(relay);
  while (leaving.entries.front != none) {
    const std::uint32_t number = leaving.entries.front;
    const Entry& entry = entries_[number];
    const bool may_be_sent_to = now - entry.used < departed_time;
    if (may_be_sent_to && !is_address(entry.peer) && entry.socket != own_socket) {
      depart(number, now);
    } else {
      forget(number);
    }
  }
  leaving.present = false;
}

void SharedPairs::expect(turn::RelayId relay, const turn::IpAddress& peer, Time now) {
  const std::uint32_t known = find(relay, any_port(peer));
  if (known != none) return touch(known, now);
  add(relay, any_port(peer), home(relay), now);
}

std::optional<SharedNumber> SharedPairs::route(turn::RelayId relay,
                                               const turn::TransportAddress& peer, Time now) {
  const std::uint32_t number = find(relay, peer);
  if (number == none) return std::nullopt;
  touch(number, now);
  return entries_[number].socket;
}

SharedNumber SharedPairs::claim(turn::RelayId relay, const turn::TransportAddress& peer,
                                SharedRange range, SharedNumber avoid, Time now) {
  assert(!is_address(peer) && find(relay, peer) == none);
  const auto start = static_cast<std::size_t>(home(relay) - range.first);
  SharedNumber found = own_socket;
  for (std::size_t i = 0; i < range.count && found == own_socket; ++i) {
    const auto socket = static_cast<SharedNumber>(range.first + (start + i) % range.count);
    if (socket != avoid && is_free(socket, peer, now)) found = socket;
  }
  add(relay, peer, found, now);
  return found;
}

/// Takes the pair from whoever has no right to it any more.
bool SharedPairs::is_free(SharedNumber socket, const turn::TransportAddress& peer, Time now) {
  const std::uint32_t number = find(socket, peer);
  if (number == none) return true;
  const Entry& entry = entries_[number];
  const bool held = entry.departed ? now - entry.used < departed_time
                                   : permissions_.permits(entry.relay, peer, now);
  if (!held) forget(number);
  return !held;
}

std::expected<turn::RelayId, Unowned> SharedPairs::owner(SharedNumber socket,
                                                         const turn::TransportAddress& source,
                                                         std::optional<turn::RelayId> sender,
                                                         Time now) {
  if (is_address(source)) return std::unexpected(Unowned::nobody);  // Nobody to answer to.
  const std::uint32_t number = find(socket, source);
  if (number != none) {
    const Entry& entry = entries_[number];
    const bool recently = !entry.departed && now - entry.used < use_is_noted;
    if (recently || !is_free(socket, source, now)) {
      if (entry.departed) return std::unexpected(Unowned::nobody);
      touch(number, now);
      return entry.relay;
    }
  }
  const auto found = expecting(socket, source, sender, now);
  if (found && member(*found).entries.count < max_of_relay / 2 && find(*found, source) == none) {
    add(*found, source, socket, now);
  }
  return found;
}

/// The one relay at home on `socket` that may hear `source`; its sender if there is no other.
std::expected<turn::RelayId, Unowned> SharedPairs::expecting(SharedNumber socket,
                                                             const turn::TransportAddress& source,
                                                             std::optional<turn::RelayId> sender,
                                                             Time now) {
  std::optional<turn::RelayId> found;
  bool sender_may = false;
  std::uint32_t number = find(socket, any_port(source.ip));
  while (number != none) {
    const Entry& entry = entries_[number];
    const std::uint32_t next = entry.next_expecting;
    if (!permissions_.permits(entry.relay, source, now)) {
      forget(number);
    } else if (entry.relay == sender) {
      sender_may = true;
    } else if (found) {
      return std::unexpected(Unowned::ambiguous);
    } else {
      found = entry.relay;
    }
    number = next;
  }
  if (!found && sender_may) found = sender;
  if (!found) return std::unexpected(Unowned::nobody);
  return *found;
}

std::optional<turn::RelayId> SharedPairs::holder(SharedNumber socket,
                                                 const turn::TransportAddress& peer) const {
  const std::uint32_t number = find(socket, peer);
  if (number == none || entries_[number].departed) return std::nullopt;
  return entries_[number].relay;
}

void SharedPairs::expire(Time now) {
  while (departed_.back != none && now - entries_[departed_.back].used >= departed_time) {
    forget(departed_.back);
  }
}

void SharedPairs::touch(std::uint32_t number, Time now) {
  Entry& entry = entries_[number];
  if (now - entry.used < use_is_noted) return;
  entry.used = now;
  List& list = member(entry.relay).entries;
  unlink(list, number);
  push_front(list, number);
}

void SharedPairs::add(turn::RelayId relay, const turn::TransportAddress& peer, SharedNumber socket,
                      Time now) {
  List& list = member(relay).entries;
  if (list.count == max_of_relay) forget(list.back);
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(entries_.size()));
    entries_.emplace_back();
  }
  const std::uint32_t number = free_.back();
  free_.pop_back();
  Entry& entry = entries_[number];
  entry = {.peer = peer, .socket = socket, .relay = relay, .used = now};
  push_front(list, number);
  by_relay_.add(hash_by_relay(entry), number);
  if (socket != own_socket) enlist_by_socket(number);
}

void SharedPairs::forget(std::uint32_t number) {
  const Entry& entry = entries_[number];
  if (entry.departed) {
    unlink(departed_, number);
  } else {
    unlink(member(entry.relay).entries, number);
    by_relay_.remove(hash_by_relay(entry), number);
  }
  if (entry.socket != own_socket) strike_by_socket(number);
  free_.push_back(number);
}

/// Its relay ended: the pair is nobody's, and not free yet.
void SharedPairs::depart(std::uint32_t number, Time now) {
  if (departed_.count == max_departed) forget(departed_.back);
  Entry& entry = entries_[number];
  unlink(member(entry.relay).entries, number);
  by_relay_.remove(hash_by_relay(entry), number);
  entry.departed = true;
  entry.used = now;
  push_front(departed_, number);
}

/// Those that expect one address on one socket form a chain, of which the first is in the index.
void SharedPairs::enlist_by_socket(std::uint32_t number) {
  Entry& entry = entries_[number];
  const std::uint32_t first = find(entry.socket, entry.peer);
  if (first == none) return by_socket_.add(hash_by_socket(entry), number);
  assert(is_address(entry.peer));
  entry.next_expecting = first;
  entries_[first].previous_expecting = number;
  by_socket_.replace(hash_by_socket(entry), first, number);
}

void SharedPairs::strike_by_socket(std::uint32_t number) {
  const Entry& entry = entries_[number];
  const std::uint32_t before = entry.previous_expecting, after = entry.next_expecting;
  if (after != none) entries_[after].previous_expecting = before;
  if (before != none) {
    entries_[before].next_expecting = after;
  } else if (after != none) {
    by_socket_.replace(hash_by_socket(entry), number, after);
  } else {
    by_socket_.remove(hash_by_socket(entry), number);
  }
}

std::uint32_t SharedPairs::hash(std::uint64_t who, const turn::TransportAddress& peer) const {
  const auto [high, low] = peer.ip.words();
  const std::uint64_t address = turn::fold(high ^ secret_[0], low ^ secret_[1]);
  const std::uint64_t both = turn::fold(address ^ secret_[2], (who << 16 | peer.port) ^ secret_[3]);
  return static_cast<std::uint32_t>(both >> 16);
}

std::uint32_t SharedPairs::hash_by_relay(const Entry& entry) const {
  return hash(name(entry.relay), entry.peer);
}
std::uint32_t SharedPairs::hash_by_socket(const Entry& entry) const {
  return hash(name(entry.socket), entry.peer);
}

std::uint32_t SharedPairs::find(turn::RelayId relay, const turn::TransportAddress& peer) const {
  return by_relay_.find(hash(name(relay), peer), [&](std::uint32_t number) {
    const Entry& entry = entries_[number];
    return entry.relay == relay && entry.peer == peer;
  });
}

std::uint32_t SharedPairs::find(SharedNumber socket, const turn::TransportAddress& peer) const {
  return by_socket_.find(hash(name(socket), peer), [&](std::uint32_t number) {
    const Entry& entry = entries_[number];
    return entry.socket == socket && entry.peer == peer;
  });
}

void SharedPairs::push_front(List& list, std::uint32_t number) {
  Entry& entry = entries_[number];
  entry.previous = none;
  entry.next = list.front;
  (list.front == none ? list.back : entries_[list.front].previous) = number;
  list.front = number;
  ++list.count;
}

void SharedPairs::unlink(List& list, std::uint32_t number) {
  const Entry& entry = entries_[number];
  (entry.previous == none ? list.front : entries_[entry.previous].next) = entry.next;
  (entry.next == none ? list.back : entries_[entry.next].previous) = entry.previous;
  --list.count;
}

}  // namespace relay
