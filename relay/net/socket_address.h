// A transport address as the socket calls take it, and back. Ports and addresses are copied byte by
// byte in network order; no integer is reinterpreted.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "stun/address.h"

namespace relay::net {

class SocketAddress {
 public:
  /// Room for either family, for a call that fills it in.
  SocketAddress() = default;
  explicit SocketAddress(const stun::TransportAddress& address);

  sockaddr* data() { return &storage_.any; }
  const sockaddr* data() const { return &storage_.any; }
  socklen_t size() const {
    return storage_.any.sa_family == AF_INET ? sizeof(sockaddr_in) : capacity;
  }
  static constexpr socklen_t capacity = sizeof(sockaddr_in6);

  /// What a call filled in. Any other family gives 0.0.0.0:0.
  stun::TransportAddress decode() const;

 private:
  union Storage {
    sockaddr_in6 v6;
    sockaddr_in v4;
    sockaddr any;
  };
  Storage storage_{};
};

/// AF_INET or AF_INET6.
inline int address_family(stun::Family family) {
  return family == stun::Family::ipv4 ? AF_INET : AF_INET6;
}

stun::IpAddress ip_address(const in_addr& address);
stun::IpAddress ip_address(const in6_addr& address);
in_addr to_in_addr(const stun::IpAddress& ip);
in6_addr to_in6_addr(const stun::IpAddress& ip);

/// The address that `fd` is bound to.
stun::TransportAddress local_address(int fd);

}  // namespace relay::net
