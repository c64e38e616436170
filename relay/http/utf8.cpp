#include "relay/http/utf8.h"

#include <cstddef>
#include <cstdint>

namespace relay::http {
namespace {

/// How many bytes follow this first one, and the range of the first of these (RFC 3629 4).
struct Form {
  std::size_t tail;
  std::uint8_t low = 0x80, high = 0xbf;
};

constexpr Form invalid{4};

constexpr Form form_of(std::uint8_t first) {
  if (first >= 0xc2 && first <= 0xdf) return {1};
  if (first == 0xe0) return {2, 0xa0};
  if (first == 0xed) return {2, 0x80, 0x9f};
  if (first >= 0xe1 && first <= 0xef) return {2};
  if (first == 0xf0) return {3, 0x90};
  if (first >= 0xf1 && first <= 0xf3) return {3};
  if (first == 0xf4) return {3, 0x80, 0x8f};
  return invalid;
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  for (std::size_t at = 0; at < text.size();) {
    if (byte(at) < 0x80) {
      ++at;
      continue;
    }
    const Form form = form_of(byte(at));
    if (form.tail > 3 || text.size() - at <= form.tail) return false;
    if (byte(at + 1) < form.low || byte(at + 1) > form.high) return false;
    for (std::size_t i = 2; i <= form.tail; ++i) {
      if ((byte(at + i) & 0xc0) != 0x80) return false;
    }
    at += form.tail + 1;
  }
  return true;
}

}  // namespace relay::http
