#include "relay/signaling/name.h"

#include <cstdint>

#include "relay/http/utf8.h"
#include "relay/signaling/json_text.h"

namespace relay::signaling {
namespace {

/// Of text that is UTF-8: U+0000 to U+001F, U+007F to U+009F.
bool has_control_character(std::string_view text) {
  char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || (before == '\xC2' && byte < 0xA0)) return true;
    before = c;
  }
  return false;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= Name::max_size && http::is_utf8(text) &&
         !has_control_character(text);
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
