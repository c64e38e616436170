#include "relay/signaling/name.h"

#include <cstdint>

#include "relay/signaling/json_text.h"

namespace relay::signaling {
namespace {

/// How many bytes follow a first byte, and the least code point that needs so many (RFC 3629 3).
struct Shape {
  std::size_t more;
  char32_t least;
  char32_t bits;
};

std::optional<Shape> shape_of(unsigned char first) {
  if (first < 0x80) return Shape{0, 0, first};
  if (first < 0xC0) return std::nullopt;
  if (first < 0xE0) return Shape{1, 0x80, first & 0x1Fu};
  if (first < 0xF0) return Shape{2, 0x800, first & 0x0Fu};
  if (first < 0xF8) return Shape{3, 0x10000, first & 0x07u};
  return std::nullopt;
}

/// Takes one code point off the front. Nothing: this is not UTF-8.
std::optional<char32_t> take_code_point(std::string_view& text) {
  const auto shape = shape_of(static_cast<unsigned char>(text.front()));
  if (!shape || text.size() <= shape->more) return std::nullopt;
  char32_t point = shape->bits;
  for (std::size_t i = 1; i <= shape->more; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0u) != 0x80) return std::nullopt;
    point = point << 6 | (byte & 0x3Fu);
  }
  text.remove_prefix(shape->more + 1);
  const bool is_surrogate = point >= 0xD800 && point < 0xE000;
  if (point < shape->least || point > 0x10FFFF || is_surrogate) return std::nullopt;
  return point;
}

constexpr bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0);
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > Name::max_size) return false;
  while (!text.empty()) {
    const auto point = take_code_point(text);
    if (!point || is_control(*point)) return false;
  }
  return true;
}

}  // namespace

std::optional<Name> Name::parse(std::string_view text) {
  if (!is_name(text)) return std::nullopt;
  return Name(text, false);
}

std::optional<Name> Name::parse_number(std::string_view token) {
  if (!is_name(token)) return std::nullopt;
  return Name(token, true);
}

std::string Name::json() const { return is_number_ ? text_ : quoted(text_); }

/// FNV-1a: the same for every worker, and spreads names that differ in one digit.
std::size_t home_of(const Name& room, std::size_t workers) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : room.text()) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return static_cast<std::size_t>((hash ^ hash >> 32) % workers);
}

}  // namespace relay::signaling
