// Attributes as such: how they lie in a message, and their numbers (RFC 8489 18.3, RFC 8656 18, and
// the extensions named beside them).
#pragma once

#include <cstddef>
#include <cstdint>

namespace stun {

/// Type and length; the value follows (RFC 8489 14).
inline constexpr std::size_t attribute_header_size = 4;

/// What a value of `size` bytes takes with its padding (RFC 8489 14).
constexpr std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

enum class AttributeType : std::uint16_t {
  // Comprehension-required: 0x0000-0x7fff.
  mapped_address = 0x0001,
  change_request = 0x0003,  // RFC 5780
  username = 0x0006,
  message_integrity = 0x0008,
  error_code = 0x0009,
  unknown_attributes = 0x000a,
  channel_number = 0x000c,
  lifetime = 0x000d,
  xor_peer_address = 0x0012,
  data = 0x0013,
  realm = 0x0014,
  nonce = 0x0015,
  xor_relayed_address = 0x0016,
  requested_address_family = 0x0017,
  even_port = 0x0018,
  requested_transport = 0x0019,
  dont_fragment = 0x001a,
  access_token = 0x001b,  // RFC 7635
  message_integrity_sha256 = 0x001c,
  password_algorithm = 0x001d,
  userhash = 0x001e,
  xor_mapped_address = 0x0020,
  reservation_token = 0x0022,
  priority = 0x0024,       // RFC 8445
  use_candidate = 0x0025,  // RFC 8445
  padding = 0x0026,        // RFC 5780
  response_port = 0x0027,  // RFC 5780
  connection_id = 0x002a,  // RFC 6062

  // Comprehension-optional: 0x8000-0xffff.
  additional_address_family = 0x8000,
  address_error_code = 0x8001,
  password_algorithms = 0x8002,
  alternate_domain = 0x8003,
  icmp = 0x8004,
  bandwidth = 0x8010,  // of a draft of TURN; coturn's number
  software = 0x8022,
  alternate_server = 0x8023,
  fingerprint = 0x8028,
  response_origin = 0x802b,                  // RFC 5780
  other_address = 0x802c,                    // RFC 5780
  third_party_authorization = 0x802e,        // RFC 7635
  origin = 0x802f,                           // draft-ietf-tram-stun-origin
  mobility_ticket = 0x8030,                  // RFC 8016
  draft_additional_address_family = 0x8032,  // before it had its number; coturn's client sends it
};

/// A server that does not know a comprehension-required attribute answers 420 (RFC 8489 6.3.1).
constexpr bool comprehension_required(AttributeType type) {
  return static_cast<std::uint16_t>(type) < 0x8000;
}

}  // namespace stun
