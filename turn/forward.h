// Where relayed data goes: a value returned to the owner of the sockets, with views into the
// buffer that it passed in. Nothing is copied and nothing allocated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "turn/types.h"

namespace turn {

/// Send `payload` from the relay's socket to `peer`.
struct ToPeer {
  RelayId relay;
  TransportAddress peer;  // as the network sees it: our own external addresses already mapped
  Bytes payload;
  bool dont_fragment = false;  // RFC 8656 11.2: DF set on this one datagram
};

/// Send `header`, `payload` and `padding` zero bytes to the client: ChannelData, or a Data
/// indication when no channel is bound to the peer. One with an ICMP attribute has no payload.
struct ToClient {
  /// A Data indication that tells of an error on the way to an IPv6 peer.
  static constexpr std::size_t max_header = 56;

  const FiveTuple* client = nullptr;         // lives as long as the allocation
  std::array<std::byte, max_header> header;  // only the first header_size bytes mean anything
  std::uint8_t header_size = 0;
  std::uint8_t padding = 0;  // at most 3
  Bytes payload;

  Bytes header_bytes() const { return std::span(header).first(header_size); }
};

}  // namespace turn
