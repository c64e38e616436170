// The first 16 bits of a STUN message: method and class interleaved (RFC 8489 5).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace stun {

enum class Class : std::uint8_t { request = 0, indication = 1, success = 2, error = 3 };

/// Methods of STUN, TURN (RFC 8656 17) and TURN over TCP (RFC 6062 6.1). A method from the wire
/// may be any 12-bit value.
enum class Method : std::uint16_t {
  binding = 0x001,
  allocate = 0x003,
  refresh = 0x004,
  send = 0x006,
  data = 0x007,
  create_permission = 0x008,
  channel_bind = 0x009,
  connect = 0x00a,
  connection_bind = 0x00b,
  connection_attempt = 0x00c,
};

struct MessageType {
  Method method{};
  Class message_class{};

  /// M11-M7 C1 M6-M4 C0 M3-M0 (RFC 8489 figure 3). `wire` has its two top bits zero.
  static constexpr MessageType decode(std::uint16_t wire) {
    return {static_cast<Method>((wire & 0x000f) | (wire & 0x00e0) >> 1 | (wire & 0x3e00) >> 2),
            static_cast<Class>((wire & 0x0010) >> 4 | (wire & 0x0100) >> 7)};
  }
  constexpr std::uint16_t encode() const {
    const auto m = static_cast<unsigned>(method);
    const auto c = static_cast<unsigned>(message_class);
    return static_cast<std::uint16_t>((m & 0x00f) | (m & 0x070) << 1 | (m & 0xf80) << 2 |
                                      (c & 1) << 4 | (c & 2) << 7);
  }
  friend bool operator==(MessageType, MessageType) = default;
};

inline constexpr std::uint32_t magic_cookie = 0x2112a442;
inline constexpr std::size_t header_size = 20;

/// 96 bits chosen by the client (RFC 8489 5).
using TransactionId = std::array<std::byte, 12>;

}  // namespace stun
