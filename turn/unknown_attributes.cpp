#include "turn/unknown_attributes.h"

#include <algorithm>

namespace turn {
namespace {

using stun::AttributeType;

bool known(AttributeType type) {
  switch (type) {
    case AttributeType::mapped_address:
    case AttributeType::username:
    case AttributeType::message_integrity:
    case AttributeType::error_code:
    case AttributeType::unknown_attributes:
    case AttributeType::channel_number:
    case AttributeType::lifetime:
    case AttributeType::xor_peer_address:
    case AttributeType::data:
    case AttributeType::realm:
    case AttributeType::nonce:
    case AttributeType::xor_relayed_address:
    case AttributeType::requested_address_family:
    case AttributeType::even_port:
    case AttributeType::requested_transport:
    case AttributeType::dont_fragment:
    case AttributeType::message_integrity_sha256:
    case AttributeType::password_algorithm:
    case AttributeType::userhash:
    case AttributeType::xor_mapped_address:
    case AttributeType::reservation_token:
      return true;
    default:
      return !comprehension_required(type);
  }
}

}  // namespace

std::size_t unknown_attributes(const stun::MessageView& message, std::span<AttributeType> out) {
  std::size_t count = 0;
  auto walk = message.attributes();
  while (const auto attribute = walk.next()) {
    const auto listed = out.first(count);
    if (known(attribute->type) || std::ranges::find(listed, attribute->type) != listed.end()) {
      continue;
    }
    if (count == out.size()) break;
    out[count++] = attribute->type;
  }
  return count;
}

}  // namespace turn
