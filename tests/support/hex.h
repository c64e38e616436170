// Bytes as people write them in tests: hexadecimal digits, blanks wherever they help.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace support {

inline std::vector<std::byte> from_hex(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::vector<std::byte> bytes;
  bool high = true;
  for (const char c : text) {
    if (c == ' ') continue;
    const auto digit = digits.find(c);
    assert(digit != std::string_view::npos);
    if (high) bytes.push_back(static_cast<std::byte>(digit << 4));
    if (!high) bytes.back() |= static_cast<std::byte>(digit);
    high = !high;
  }
  assert(high);
  return bytes;
}

inline std::string to_hex(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto b : bytes) {
    text += digits[std::to_integer<std::size_t>(b >> 4)];
    text += digits[std::to_integer<std::size_t>(b & std::byte{0xf})];
  }
  return text;
}

}  // namespace support
