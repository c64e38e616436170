// Records of DTLS 1.2 as they are on the wire (RFC 6347 4.1), seen from outside: of what kind, of
// which epoch, how long. What is in them is OpenSSL's business, but for a ClientHello.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "stun/byte_order.h"

namespace relay::net::dtls {

enum class ContentType : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
};

inline constexpr std::size_t record_header_size = 13;
/// Plain bytes in one record (RFC 5246 6.2.1).
inline constexpr std::size_t max_plain = 16 * 1024;

/// Views into the datagram that it is in.
struct Record {
  ContentType type{};
  std::uint16_t epoch = 0;
  std::uint64_t sequence = 0;  // 48 bits
  stun::Bytes fragment;        // what the header announces
  stun::Bytes bytes;           // header included
};

/// Whether a datagram that begins so may be DTLS (RFC 7983 7).
constexpr bool is_dtls(std::byte first) { return first >= std::byte{20} && first <= std::byte{63}; }

/// Takes the first record off the front. Nothing: the datagram does not begin with a whole one.
std::optional<Record> next_record(stun::Bytes& datagram);

}  // namespace relay::net::dtls
