// Whether an address is one of those that an operator has named.
#pragma once

#include <algorithm>
#include <span>

#include "turn/peer_policy.h"

namespace relay::net {

inline bool is_among(std::span<const turn::AddressRange> ranges, const stun::IpAddress& address) {
  const stun::IpAddress ip = turn::canonical(address);
  return std::ranges::any_of(ranges,
                             [&](const turn::AddressRange& range) { return range.contains(ip); });
}

}  // namespace relay::net
