#include "stun/unknown_attributes.h"

#include <algorithm>

namespace stun {

bool is_known(AttributeType type) {
  switch (type) {
    case AttributeType::mapped_address:
    case AttributeType::username:
    case AttributeType::message_integrity:
    case AttributeType::error_code:
    case AttributeType::unknown_attributes:
    case AttributeType::realm:
    case AttributeType::nonce:
    case AttributeType::message_integrity_sha256:
    case AttributeType::password_algorithm:
    case AttributeType::userhash:
    case AttributeType::xor_mapped_address:
      return true;
    default:
      return !comprehension_required(type);
  }
}

std::size_t unknown_attributes(const MessageView& message, bool (*known)(AttributeType),
                               std::span<AttributeType> out) {
  std::size_t count = 0;
  auto walk = message.attributes();
  while (const auto attribute = walk.next()) {
    if (count == out.size()) break;
    const auto listed = out.first(count);
    if (known(attribute->type) || std::ranges::find(listed, attribute->type) != listed.end()) {
      continue;
    }
    out[count++] = attribute->type;
  }
  return count;
}

}  // namespace stun
