#include "relay/signaling/json_text.h"

namespace relay::signaling {
namespace {

constexpr std::string_view hex = "0123456789abcdef";

void append_escaped(std::string& json, char c) {
  switch (c) {
    case '"':
      json += "\\\"";
      return;
    case '\\':
      json += "\\\\";
      return;
    case '\n':
      json += "\\n";
      return;
    case '\r':
      json += "\\r";
      return;
    case '\t':
      json += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20) {
    json += c;
    return;
  }
  json += "\\u00";
  json += hex[byte >> 4];
  json += hex[byte & 0x0Fu];
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string json;
  json.reserve(text.size() + 2);
  json += '"';
  for (const char c : text) append_escaped(json, c);
  json += '"';
  return json;
}

}  // namespace relay::signaling
