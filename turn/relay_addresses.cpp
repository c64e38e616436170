#include "turn/relay_addresses.h"

#include <algorithm>
#include <cassert>

namespace turn {
namespace {

bool is_loopback(const IpAddress& ip) {
  if (ip.is_v4()) return ip.bytes()[0] == 127;
  return ip == IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
}

}  // namespace

bool RelayAddresses::has(Family family) const {
  return std::ranges::any_of(config_.relay_addresses, [&](const RelayAddress& address) {
    return address.local.family() == family;
  });
}

const IpAddress& RelayAddresses::pick(Family family, const IpAddress& asked) {
  assert(has(family));
  const auto& addresses = config_.relay_addresses;
  if (config_.prefer_asked) {
    const auto at = std::ranges::find(addresses, asked, &RelayAddress::local);
    if (at != addresses.end() && asked.family() == family) return at->local;
  }
  // A loopback relay is of use to nobody but a loopback client, unless there is nothing else.
  std::size_t& turn = turn_[family == Family::ipv4 ? 0 : 1];
  const RelayAddress* fallback = nullptr;
  for (std::size_t tried = 0; tried < addresses.size(); ++tried) {
    const RelayAddress& address = addresses[turn++ % addresses.size()];
    if (address.local.family() != family) continue;
    if (is_loopback(address.local) == is_loopback(asked)) return address.local;
    if (fallback == nullptr || is_loopback(fallback->local)) fallback = &address;
  }
  return fallback->local;
}

TransportAddress RelayAddresses::advertised(const TransportAddress& bound) const {
  const auto at = std::ranges::find(config_.relay_addresses, bound.ip, &RelayAddress::local);
  if (at == config_.relay_addresses.end()) return bound;
  return {at->advertised(), bound.port};
}

TransportAddress RelayAddresses::reachable(const TransportAddress& peer) const {
  for (const RelayAddress& address : config_.relay_addresses) {
    if (address.external == peer.ip) return {address.local, peer.port};
  }
  return peer;
}

}  // namespace turn
