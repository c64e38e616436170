#include "turn/unknown_attributes.h"

#include "stun/unknown_attributes.h"

namespace turn {
namespace {

using stun::AttributeType;

/// What RFC 8656 and RFC 6062 add to the attributes of RFC 8489; and ACCESS-TOKEN (RFC 7635), which
/// the authenticator has refused where it is none.
bool is_known_here(AttributeType type) {
  switch (type) {
    case AttributeType::channel_number:
    case AttributeType::lifetime:
    case AttributeType::xor_peer_address:
    case AttributeType::data:
    case AttributeType::xor_relayed_address:
    case AttributeType::requested_address_family:
    case AttributeType::even_port:
    case AttributeType::requested_transport:
    case AttributeType::dont_fragment:
    case AttributeType::reservation_token:
    case AttributeType::connection_id:
    case AttributeType::access_token:
      return true;
    default:
      return stun::is_known(type);
  }
}

/// And RFC 5780, in a Binding.
bool is_known_in_discovery(AttributeType type) {
  switch (type) {
    case AttributeType::change_request:
    case AttributeType::padding:
    case AttributeType::response_port:
      return true;
    default:
      return is_known_here(type);
  }
}

}  // namespace

std::size_t unknown_attributes(const stun::MessageView& message, std::span<AttributeType> out,
                               bool discovery) {
  return stun::unknown_attributes(message, discovery ? is_known_in_discovery : is_known_here, out);
}

}  // namespace turn
