// The addresses of a server that takes part in NAT Behavior Discovery (RFC 5780): to each IP
// address another one of its family, to each port another one, and a socket at every pair of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "stun/behavior_discovery.h"
#include "turn/types.h"

namespace turn {

struct DiscoveryAddresses {
  struct Address {
    IpAddress local;
    IpAddress advertised;   // what the world knows it as
    std::size_t other = 0;  // its counterpart, by index
  };
  struct Ports {
    std::uint16_t one = 0, other = 0;
  };
  std::vector<Address> addresses;  // empty: discovery is not served
  std::vector<Ports> ports;        // of UDP and TCP, and of TLS

  bool empty() const { return addresses.empty(); }
};

/// The address that a request came to, and those that its answer may leave from (RFC 5780 6.1).
class DiscoveryPoint {
 public:
  /// Nothing for an address that has no counterpart. Outlived by `all`.
  static std::optional<DiscoveryPoint> at(const DiscoveryAddresses& all,
                                          const TransportAddress& server);

  TransportAddress local(stun::ChangeRequest change) const {
    return {(change.ip ? other_ : ip_)->local, change.port ? other_port_ : port_};
  }
  TransportAddress advertised(stun::ChangeRequest change) const {
    return {(change.ip ? other_ : ip_)->advertised, change.port ? other_port_ : port_};
  }

 private:
  DiscoveryPoint() = default;

  const DiscoveryAddresses::Address* ip_ = nullptr;
  const DiscoveryAddresses::Address* other_ = nullptr;
  std::uint16_t port_ = 0, other_port_ = 0;
};

}  // namespace turn
