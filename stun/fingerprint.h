// FINGERPRINT (RFC 8489 14.7): CRC-32 of the message up to it, XOR 0x5354554e.
#pragma once

#include <cstdint>

#include "stun/message_view.h"

namespace stun {

/// Of the whole attribute.
inline constexpr std::size_t fingerprint_size = attribute_header_size + 4;

/// The ITU V.42 CRC-32 of `bytes` (zlib's).
std::uint32_t crc32(Bytes bytes);

/// The message ends with a FINGERPRINT attribute that is right.
bool verify_fingerprint(const MessageView& message);
/// The value FINGERPRINT must have behind `bytes`, whose header length already counts it.
std::uint32_t fingerprint_of(Bytes bytes);

}  // namespace stun
