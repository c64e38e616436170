// What one site has of addresses: an IPv4 address, or the first half of an IPv6 address. Strangers
// are counted by it.
#pragma once

#include <algorithm>
#include <array>

#include "stun/address.h"

namespace relay {

inline stun::IpAddress site_of(const stun::IpAddress& ip) {
  if (ip.is_v4()) return ip;
  std::array<std::uint8_t, 16> prefix{};
  std::ranges::copy(ip.bytes().first(8), prefix.begin());
  return stun::IpAddress::v6(prefix);
}

}  // namespace relay
