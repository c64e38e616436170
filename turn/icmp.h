// What a datagram to a peer met on its way: an ICMP error, or the narrow link of this very host.
#pragma once

#include <cstdint>

#include "turn/types.h"

namespace turn {

struct IcmpError {
  std::uint8_t type = 0;  // of ICMPv4 or ICMPv6, as the peer's address has it
  std::uint8_t code = 0;
  std::uint32_t mtu = 0;  // of the link that was too narrow, where the error speaks of one
};

/// RFC 8656 11.5: the types that a client is told of.
bool concerns_client(Family family, const IcmpError& error);
/// It says that a datagram was longer than some link on its way takes.
bool is_too_long(Family family, const IcmpError& error);

}  // namespace turn
