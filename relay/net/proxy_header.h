// The header that a proxy puts in front of what it passes on, to say whose it is: the PROXY
// protocol, version 1 (a line of text) and 2 (binary), as HAProxy's proxy-protocol.txt has them.
// Pure; strict: what does not fit is refused, so that nobody is taken for somebody else.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string_view>

#include "stun/address.h"
#include "stun/byte_order.h"

namespace relay::net {

struct ProxyHeader {
  /// Bytes of version 2, with what it may append (TLV); version 1 has 107 at most.
  static constexpr std::size_t max_size = 2048;

  std::size_t size = 0;  // bytes of the header
  /// The client behind the proxy. None: the proxy speaks for itself, to see whether we live, or
  /// does not know whom it speaks for (LOCAL, UNSPEC, UNKNOWN).
  std::optional<stun::TransportAddress> client;
};

/// Why a header is refused: a static clause.
using ProxyRefusal = std::string_view;

/// At the beginning of a connection. Nothing: the header is not whole yet.
std::expected<std::optional<ProxyHeader>, ProxyRefusal> parse_stream_header(stun::Bytes bytes);
/// At the beginning of a datagram, which is version 2 and whole.
std::expected<ProxyHeader, ProxyRefusal> parse_datagram_header(stun::Bytes datagram);

}  // namespace relay::net
