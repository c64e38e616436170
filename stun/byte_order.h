// Reading and writing the wire's big-endian integers, byte by byte: no cast, no alignment assumed;
// and text, which is bytes by another name.
// The caller has checked the bounds; an index outside of the span is our bug, not the wire's.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace stun {

using Bytes = std::span<const std::byte>;

constexpr std::uint16_t load_u16(Bytes bytes, std::size_t at) {
  assert(at + 2 <= bytes.size());
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[at]) << 8 |
                                    std::to_integer<unsigned>(bytes[at + 1]));
}

constexpr std::uint32_t load_u32(Bytes bytes, std::size_t at) {
  return std::uint32_t{load_u16(bytes, at)} << 16 | load_u16(bytes, at + 2);
}

constexpr void store_u16(std::span<std::byte> bytes, std::size_t at, std::uint16_t value) {
  assert(at + 2 <= bytes.size());
  bytes[at] = static_cast<std::byte>(value >> 8);
  bytes[at + 1] = static_cast<std::byte>(value & 0xff);
}

constexpr void store_u32(std::span<std::byte> bytes, std::size_t at, std::uint32_t value) {
  store_u16(bytes, at, static_cast<std::uint16_t>(value >> 16));
  store_u16(bytes, at + 2, static_cast<std::uint16_t>(value & 0xffff));
}

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace stun
