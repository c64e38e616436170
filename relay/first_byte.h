// What a datagram or message is, by its first byte (RFC 7983 7). It has one.
#pragma once

#include "stun/byte_order.h"

namespace relay {

inline bool is_stun(stun::Bytes message) { return std::to_integer<unsigned>(message[0]) <= 0x03; }
inline bool is_channel_data(stun::Bytes message) {
  return (std::to_integer<unsigned>(message[0]) & 0xc0) == 0x40;
}

}  // namespace relay
