// RFC 8489 14.7.
#include "stun/fingerprint.h"

#include <array>

#include "stun/attributes.h"

namespace stun {
namespace {

/// "STUN" in ASCII: keeps the value apart from a CRC-32 of the application's own.
constexpr std::uint32_t fingerprint_mask = 0x5354554e;

// table[k][b] is what the byte b contributes to the CRC when k more bytes follow it, so that eight
// bytes take one step.
constexpr auto table = [] {
  std::array<std::array<std::uint32_t, 256>, 8> t{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
    t[0][b] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t b = 0; b < 256; ++b) t[k][b] = t[k - 1][b] >> 8 ^ t[0][t[k - 1][b] & 0xff];
  }
  return t;
}();

}  // namespace

std::uint32_t crc32(Bytes bytes) {
  std::uint32_t crc = 0xffffffff;
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    crc ^= byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
    crc = table[7][crc & 0xff] ^ table[6][crc >> 8 & 0xff] ^ table[5][crc >> 16 & 0xff] ^
          table[4][crc >> 24] ^ table[3][byte(4)] ^ table[2][byte(5)] ^ table[1][byte(6)] ^
          table[0][byte(7)];
  }
  for (const std::byte b : bytes) {
    crc = crc >> 8 ^ table[0][(crc ^ std::to_integer<std::uint32_t>(b)) & 0xff];
  }
  return ~crc;
}

std::uint32_t fingerprint_of(Bytes bytes) { return crc32(bytes) ^ fingerprint_mask; }

bool verify_fingerprint(const MessageView& message) {
  const auto fingerprint = message.find(AttributeType::fingerprint);
  if (!fingerprint || fingerprint->offset + fingerprint_size != message.bytes().size()) {
    return false;
  }
  return decode_u32(fingerprint->value) ==
         fingerprint_of(message.bytes().first(fingerprint->offset));
}

}  // namespace stun
