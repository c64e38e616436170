// Decoders for attribute values (RFC 8489 14, RFC 8656 18). Each takes the value without padding
// and gives nothing when its length or content is not what the RFC says.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "stun/address.h"
#include "stun/byte_order.h"
#include "stun/error_code.h"
#include "stun/message_type.h"

namespace stun {

/// What an address is XORed with on the wire, its port with the first two bytes (14.2).
using AddressMask = std::array<std::byte, 16>;
/// The magic cookie and the transaction id.
AddressMask xor_mask(const TransactionId& id);

/// MAPPED-ADDRESS, ALTERNATE-SERVER and the other plain addresses (14.1).
std::optional<TransportAddress> decode_address(Bytes value);
/// XOR-MAPPED-ADDRESS, XOR-PEER-ADDRESS, XOR-RELAYED-ADDRESS (14.2).
std::optional<TransportAddress> decode_xor_address(Bytes value, const TransactionId& id);
/// A 32-bit value: LIFETIME, CONNECTION-ID, FINGERPRINT.
std::optional<std::uint32_t> decode_u32(Bytes value);
/// The first byte of a 4-byte attribute: REQUESTED-TRANSPORT's protocol, the address families.
std::optional<std::uint8_t> decode_leading_u8(Bytes value);
/// USERNAME, REALM, NONCE, SOFTWARE: the bytes as text, at most `limit` of them.
std::optional<std::string_view> decode_text(Bytes value, std::size_t limit);

struct ErrorCodeValue {
  ErrorCode code{};
  std::string_view reason;
};
/// ERROR-CODE (14.8); class 3-6, number 0-99.
std::optional<ErrorCodeValue> decode_error_code(Bytes value);

/// Password algorithms by their numbers (18.5.1). From the wire it may be any number.
enum class PasswordAlgorithm : std::uint16_t { md5 = 1, sha256 = 2 };
struct PasswordAlgorithmValue {
  PasswordAlgorithm algorithm{};
  Bytes parameters;  // none for the two above
};
/// PASSWORD-ALGORITHM (14.12): exactly one.
std::optional<PasswordAlgorithmValue> decode_password_algorithm(Bytes value);
/// Takes the first algorithm off the `rest` of a PASSWORD-ALGORITHMS (14.11); nothing at its end or
/// where it is malformed, so that a `rest` that is not empty then tells the one from the other.
std::optional<PasswordAlgorithmValue> next_password_algorithm(Bytes& rest);

/// ICMP (RFC 8656 18.13).
struct IcmpValue {
  std::uint8_t type = 0;   // at most 127
  std::uint16_t code = 0;  // at most 511
  std::uint32_t data = 0;

  friend bool operator==(const IcmpValue&, const IcmpValue&) = default;
};
std::optional<IcmpValue> decode_icmp(Bytes value);

/// Limits on text values in bytes (14.3, 14.9, 14.10, 14.14).
inline constexpr std::size_t max_username = 508;
inline constexpr std::size_t max_realm = 763;
inline constexpr std::size_t max_nonce = 763;
inline constexpr std::size_t max_software = 763;
inline constexpr std::size_t max_reason = 763;  // 14.8, "when decoding them"

}  // namespace stun
