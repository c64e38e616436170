#include "turn/behavior_discovery.h"

#include <algorithm>

namespace turn {

std::optional<DiscoveryPoint> DiscoveryPoint::at(const DiscoveryAddresses& all,
                                                 const TransportAddress& server) {
  const auto ip = std::ranges::find(all.addresses, server.ip, &DiscoveryAddresses::Address::local);
  const auto ports = std::ranges::find_if(all.ports, [&](const DiscoveryAddresses::Ports& pair) {
    return pair.one == server.port || pair.other == server.port;
  });
  if (ip == all.addresses.end() || ports == all.ports.end()) return std::nullopt;
  DiscoveryPoint point;
  point.ip_ = &*ip;
  point.other_ = &all.addresses[ip->other];
  point.port_ = server.port;
  point.other_port_ = ports->one == server.port ? ports->other : ports->one;
  return point;
}

}  // namespace turn
