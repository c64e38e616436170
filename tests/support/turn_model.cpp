#include "tests/support/turn_model.h"

#include <algorithm>

namespace support {

using namespace std::chrono_literals;

namespace {

/// RFC 8656 7.2 and 8.2.
Seconds granted_lifetime(std::optional<Seconds> wanted) {
  const Seconds capped = std::min(wanted.value_or(600s), Seconds(3600s));
  return capped > 600s ? capped : 600s;
}

Family family_of(std::uint8_t number) { return number == ipv6 ? Family::ipv6 : Family::ipv4; }

}  // namespace

TurnModel::Granted TurnModel::allocate(Client client, const std::string& user,
                                       const Allocate& wanted, Time now) {
  if (find(client, now) != nullptr) return {437};
  if (const int code = check_attributes(client, wanted)) return {code};
  std::size_t of_user = 0;
  for (const auto& [other, allocation] : allocations_) of_user += allocation.user == user ? 1 : 0;
  if (of_user >= user_quota || allocations_.size() >= total_quota) return {486};
  std::erase_if(reservations_, [&](const Reservation& kept) { return kept.expires <= now; });
  return find_ports(wanted, now);
}

/// RFC 8656 7.2, items 3 to 9.
int TurnModel::check_attributes(Client client, const Allocate& wanted) const {
  if (!wanted.transport) return 400;
  const bool tcp = wanted.transport == 6;
  if (*wanted.transport != 17 && !tcp) return 442;
  if (tcp && (wanted.even_port || wanted.token)) return 400;  // RFC 6062 5.1
  if (wanted.token && (wanted.even_port || wanted.family || wanted.additional_family)) return 400;
  if (wanted.family && wanted.additional_family) return 400;
  if (wanted.family && *wanted.family != ipv4 && *wanted.family != ipv6) return 440;
  if (wanted.additional_family && wanted.even_port == and_reserve_next) return 400;
  if (wanted.additional_family && *wanted.additional_family != ipv6) return 400;
  if (tcp && !streams.contains(client)) return 400;
  if (wanted.token || wanted.additional_family) return 0;
  return relay_ip(family_of(wanted.family.value_or(ipv4))) ? 0 : 440;
}

TurnModel::Granted TurnModel::find_ports(const Allocate& wanted, Time now) {
  if (wanted.token) {
    for (const Reservation& kept : reservations_) {
      if (kept.token == *wanted.token && kept.expires > now &&
          kept.address.ip.family() != no_ports_of) {
        return {0, {kept.address.ip.family()}};
      }
    }
    return {508};
  }
  Granted granted;
  std::vector<Family> families{family_of(wanted.family.value_or(ipv4))};
  if (wanted.additional_family) families = {Family::ipv4, Family::ipv6};
  for (const Family family : families) {
    if (!relay_ip(family)) {
      granted.address_error = {family, 440};
    } else if (has_port(family, wanted.even_port.has_value(),
                        wanted.even_port == and_reserve_next)) {
      granted.families.push_back(family);
    } else {
      granted.address_error = {family, 508};
    }
  }
  if (granted.families.empty()) return {508};
  return granted;
}

void TurnModel::allocated(Client client, const std::string& user, const Allocate& wanted,
                          const Answer& answer, Time now) {
  const Time expires = now + granted_lifetime(wanted.lifetime);
  require(answer.lifetime() == granted_lifetime(wanted.lifetime), "another lifetime");
  if (wanted.token) {
    const auto at = std::ranges::find(reservations_, *wanted.token, &Reservation::token);
    require(at->address == answer.relayed().at(0), "another port than the reserved one");
    reservations_.erase(at);
  }
  Allocation& allocation = allocations_[client];
  allocation.client = client;
  allocation.user = user;
  allocation.tcp = wanted.transport == 6;
  for (const TransportAddress& address : answer.relayed()) {
    require(!taken(address), "a port that somebody has");
    require(address.port >= first_port_ && address.port <= last_port_, "a port out of range");
    require(address.ip == relay_ip(address.ip.family()), "an address that is not ours");
    require(!wanted.even_port || address.port % 2 == 0, "an odd port");
    allocation.relays.push_back({address, expires});
  }
  require(answer.token().has_value() == (wanted.even_port == and_reserve_next), "a token or none");
  if (!answer.token()) return;
  TransportAddress next = answer.relayed().at(0);
  ++next.port;
  require(!taken(next), "a port that somebody has, reserved");
  reservations_.push_back({*answer.token(), next, now + 30s});
}

int TurnModel::may_use(const Allocation* allocation, const std::string& user) const {
  if (allocation == nullptr) return 437;
  return allocation->user == user ? 0 : 441;
}

int TurnModel::refresh(Client client, const std::string& user, std::optional<Seconds> lifetime,
                       std::optional<std::uint8_t> family, Time now) {
  Allocation* allocation = find(client, now);
  if (const int code = may_use(allocation, user)) return code;
  if (family && (*family < ipv4 || *family > ipv6 ||
                 relay(*allocation, family_of(*family), now) == nullptr)) {
    return 443;
  }
  for (const Family each : {Family::ipv4, Family::ipv6}) {
    if (family && family_of(*family) != each) continue;
    for (Relay& mine : allocation->relays) {
      if (mine.address.ip.family() == each) mine.expires = now + granted_lifetime(lifetime);
    }
    if (lifetime == 0s) end(*allocation, each);
  }
  if (allocation->relays.empty()) allocations_.erase(client);
  return 0;
}

int TurnModel::refuses(const Allocation& allocation, const turn::IpAddress& peer, Time now) const {
  if (relay(allocation, peer.family(), now) == nullptr) return 443;
  return forbids(peer) ? 403 : 0;
}

int TurnModel::permit(Client client, const std::string& user,
                      const std::vector<TransportAddress>& peers, Time now) {
  Allocation* allocation = find(client, now);
  if (const int code = may_use(allocation, user)) return code;
  if (peers.empty()) return 400;
  for (const TransportAddress& peer : peers) {
    if (const int code = refuses(*allocation, peer.ip, now)) return code;
  }
  for (const TransportAddress& peer : peers) install(*allocation, peer.ip, now);
  return 0;
}

int TurnModel::bind(Client client, const std::string& user, std::uint16_t number,
                    const TransportAddress& peer, Time now) {
  Allocation* allocation = find(client, now);
  if (const int code = may_use(allocation, user)) return code;
  if (allocation->tcp) return 403;
  if (number < 0x4000 || number > 0x4fff) return 400;
  auto& channels = allocation->channels;
  std::erase_if(channels, [&](const Channel& channel) { return channel.expires <= now; });
  for (const Channel& channel : channels) {
    if (channel.number == number && channel.peer != peer) return 400;
    if (channel.number != number && channel.peer == peer) return 400;
  }
  if (const int code = refuses(*allocation, peer.ip, now)) return code;
  std::erase_if(channels, [&](const Channel& channel) { return channel.number == number; });
  channels.push_back({number, peer, now + 600s});
  install(*allocation, peer.ip, now);
  return 0;
}

std::optional<PeerDatagram> TurnModel::sends(Client client, const TransportAddress& peer,
                                             const std::string& payload, Time now) const {
  const auto at = allocations_.find(client);
  if (at == allocations_.end() || at->second.tcp) return std::nullopt;
  if (!permitted(at->second, peer.ip, now)) return std::nullopt;
  const Relay* from = relay(at->second, peer.ip.family(), now);
  if (from == nullptr) return std::nullopt;
  return PeerDatagram{.from = from->address, .to = peer, .payload = payload};
}

std::optional<PeerDatagram> TurnModel::sends(Client client, std::uint16_t number,
                                             const std::string& payload, Time now) const {
  const auto at = allocations_.find(client);
  if (at == allocations_.end()) return std::nullopt;
  for (const Channel& channel : at->second.channels) {
    if (channel.number == number && channel.expires > now) {
      return sends(client, channel.peer, payload, now);
    }
  }
  return std::nullopt;
}

std::optional<ClientData> TurnModel::hears(const TransportAddress& relayed,
                                           const TransportAddress& peer, const std::string& payload,
                                           Time now) const {
  for (const auto& [client, allocation] : allocations_) {
    const Relay* mine = relay(allocation, relayed.ip.family(), now);
    if (mine == nullptr || mine->address != relayed) continue;
    if (!permitted(allocation, peer.ip, now)) return std::nullopt;
    for (const Channel& channel : allocation.channels) {
      if (channel.peer == peer && channel.expires > now) {
        return channel_data(channel.number, payload);
      }
    }
    return data_indication(peer, payload);
  }
  return std::nullopt;
}

void TurnModel::timer(Time now) {
  const auto due = [&](const Relay& relay) {
    return std::chrono::ceil<Seconds>(relay.expires) <= now;
  };
  std::erase_if(reservations_, [&](const Reservation& kept) { return kept.expires <= now; });
  give_up_connections(now);
  for (auto& [client, allocation] : allocations_) {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
      const bool over = std::ranges::any_of(allocation.relays, [&](const Relay& mine) {
        return mine.address.ip.family() == family && due(mine);
      });
      if (over) end(allocation, family);
    }
  }
  std::erase_if(allocations_, [](const auto& entry) { return entry.second.relays.empty(); });
}

bool TurnModel::forbids(const turn::IpAddress& peer) const {
  return peer == "127.0.0.1"_ip || peer == "10.0.0.1"_ip;
}

TurnModel::Allocation* TurnModel::find(Client client, Time now) {
  const auto at = allocations_.find(client);
  if (at == allocations_.end()) return nullptr;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    if (relay(at->second, family, now) == nullptr) end(at->second, family);
  }
  if (!at->second.relays.empty()) return &at->second;
  allocations_.erase(at);
  return nullptr;
}

/// RFC 8656 8.1: "Deleting a single allocation destroys any permissions or channels associated with
/// that particular allocation; it MUST NOT affect any [...] other address family."
void TurnModel::end(Allocation& allocation, Family family) {
  std::erase_if(allocation.relays,
                [&](const Relay& relay) { return relay.address.ip.family() == family; });
  std::erase_if(allocation.permissions,
                [&](const Permission& permission) { return permission.peer.family() == family; });
  std::erase_if(allocation.channels,
                [&](const Channel& channel) { return channel.peer.ip.family() == family; });
  std::erase_if(connections_, [&](const auto& entry) {
    return entry.second.client == allocation.client && entry.second.peer.ip.family() == family;
  });
}

const TurnModel::Relay* TurnModel::relay(const Allocation& allocation, Family family, Time now) {
  for (const Relay& mine : allocation.relays) {
    if (mine.address.ip.family() == family && mine.expires > now) return &mine;
  }
  return nullptr;
}

bool TurnModel::permitted(const Allocation& allocation, const turn::IpAddress& peer, Time now) {
  return std::ranges::any_of(allocation.permissions, [&](const Permission& permission) {
    return permission.peer == peer && permission.expires > now;
  });
}

void TurnModel::install(Allocation& allocation, const turn::IpAddress& peer, Time now) {
  std::erase_if(allocation.permissions,
                [&](const Permission& permission) { return permission.peer == peer; });
  allocation.permissions.push_back({peer, now + 300s});
}

std::optional<turn::IpAddress> TurnModel::relay_ip(Family family) const {
  for (const turn::RelayAddress& address : config_.relay_addresses) {
    if (address.local.family() == family) return address.local;
  }
  return std::nullopt;
}

bool TurnModel::has_port(Family family, bool even, bool pair) const {
  if (family == no_ports_of) return false;
  for (int port = first_port_; port <= last_port_; ++port) {
    const auto free = [&](int number) {
      return number <= last_port_ &&
             !taken({*relay_ip(family), static_cast<std::uint16_t>(number)});
    };
    if ((!even || port % 2 == 0) && free(port) && (!pair || free(port + 1))) return true;
  }
  return false;
}

bool TurnModel::taken(const TransportAddress& address) const {
  const auto all = relays();
  return std::ranges::find(all, address) != all.end() ||
         std::ranges::find(reservations_, address, &Reservation::address) != reservations_.end();
}

std::size_t TurnModel::taken_ports() const { return relays().size() + reservations_.size(); }

std::vector<TransportAddress> TurnModel::relays() const {
  std::vector<TransportAddress> all;
  for (const auto& [client, allocation] : allocations_) {
    for (const Relay& relay : allocation.relays) all.push_back(relay.address);
  }
  return all;
}

std::vector<turn::ReservationToken> TurnModel::tokens() const {
  std::vector<turn::ReservationToken> all;
  for (const Reservation& kept : reservations_) all.push_back(kept.token);
  return all;
}

std::optional<Family> TurnModel::reserved_family(const turn::ReservationToken& token) const {
  const auto at = std::ranges::find(reservations_, token, &Reservation::token);
  if (at == reservations_.end()) return std::nullopt;
  return at->address.ip.family();
}

}  // namespace support
