#include "auth/base64.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace auth {
namespace {

std::optional<std::uint32_t> value_of(char digit) {
  if (digit >= 'A' && digit <= 'Z') return digit - 'A';
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
  if (digit >= '0' && digit <= '9') return digit - '0' + 52;
  if (digit == '+') return 62;
  if (digit == '/') return 63;
  return std::nullopt;
}

}  // namespace

std::expected<std::vector<std::byte>, std::size_t> decode_base64(std::string_view text) {
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::string_view digits = text.substr(0, text.size() - padding);
  std::vector<std::byte> bytes;
  std::uint32_t gathered = 0;  // the low `bits` of it are not written yet
  unsigned bits = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto value = value_of(digits[i]);
    if (!value) return std::unexpected(i);
    gathered = gathered << 6 | *value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::byte>(gathered >> bits & 0xff));
  }
  const bool bits_left = (gathered & ((1U << bits) - 1)) != 0;
  if (text.size() % 4 != 0 || bits_left) return std::unexpected(text.size());
  return bytes;
}

std::string base64url(std::span<const std::byte> bytes) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t gathered = 0;  // the low `bits` of it are not written yet
  unsigned bits = 0;
  for (const std::byte byte : bytes) {
    gathered = gathered << 8 | std::to_integer<std::uint32_t>(byte);
    for (bits += 8; bits >= 6;) {
      bits -= 6;
      text += digits[gathered >> bits & 63];
    }
  }
  if (bits != 0) text += digits[gathered << (6 - bits) & 63];
  return text;
}

std::optional<std::vector<std::byte>> decode_base64url(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string padded(text);
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  padded.append((4 - padded.size() % 4) % 4, '=');
  auto bytes = decode_base64(padded);
  return bytes ? std::optional(*std::move(bytes)) : std::nullopt;
}

}  // namespace auth
