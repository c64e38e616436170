// The attributes of NAT Behavior Discovery (RFC 5780 7): what a Binding request may ask for beyond
// its address, and what the answer says about the server's own addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "stun/message_builder.h"

namespace stun {

/// CHANGE-REQUEST (7.2): answer from the other IP address, the other port, or both.
struct ChangeRequest {
  bool ip = false;
  bool port = false;
};
std::optional<ChangeRequest> decode_change_request(Bytes value);

/// RESPONSE-PORT (7.5): a port other than 0, with or without the padding that the RFC draws.
std::optional<std::uint16_t> decode_response_port(Bytes value);

/// The longest PADDING that is sent (7.6): what makes fragments on an Ethernet.
inline constexpr std::size_t max_padding = 1500;

/// What the answer tells (6.1).
struct DiscoveryAnswer {
  TransportAddress origin;                // RESPONSE-ORIGIN: where the answer leaves from
  std::optional<TransportAddress> other;  // OTHER-ADDRESS: where both are different
  /// With PADDING: as many bytes as the request had. The answer gets no longer than that.
  std::size_t padded_size = 0;
};

/// Appends the attributes. `behind` is the size of what the caller appends afterwards.
void add_discovery(MessageBuilder& answer, const DiscoveryAnswer& discovery, std::size_t behind);

}  // namespace stun
