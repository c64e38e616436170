// Base64 (RFC 4648 4): of bytes whose number is known at compile time, without the heap; and back
// again, of any length. And its form without padding for URLs and tokens (5).
#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace auth {

template <std::size_t size>
constexpr std::array<char, (size + 2) / 3 * 4> base64(const std::array<std::byte, size>& bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<char, (size + 2) / 3 * 4> text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // The i-th digit holds the six bits from bit 6i on: of one byte, or of two that meet there.
    const std::size_t at = i * 6 / 8;
    const unsigned two = (at < size ? std::to_integer<unsigned>(bytes[at]) << 8 : 0) |
                         (at + 1 < size ? std::to_integer<unsigned>(bytes[at + 1]) : 0);
    text[i] = at < size ? digits[two >> (10 - i * 6 % 8) & 63] : '=';
  }
  return text;
}

/// Canonical base64 alone, padding included; else the offset of what does not belong.
std::expected<std::vector<std::byte>, std::size_t> decode_base64(std::string_view text);

/// With - and _ for + and /, and no padding.
std::string base64url(std::span<const std::byte> bytes);
/// Canonical base64url alone.
std::optional<std::vector<std::byte>> decode_base64url(std::string_view text);

}  // namespace auth
