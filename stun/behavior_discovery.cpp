// RFC 5780 6.1 and 7, on the wire.
#include "stun/behavior_discovery.h"

#include <algorithm>

#include "stun/attributes.h"

namespace stun {

std::optional<ChangeRequest> decode_change_request(Bytes value) {
  const auto flags = decode_u32(value);
  if (!flags) return std::nullopt;
  return ChangeRequest{.ip = (*flags & 0x4) != 0, .port = (*flags & 0x2) != 0};
}

std::optional<std::uint16_t> decode_response_port(Bytes value) {
  if (value.size() != 2 && value.size() != 4) return std::nullopt;
  const std::uint16_t port = load_u16(value, 0);
  if (port == 0) return std::nullopt;
  return port;
}

void add_discovery(MessageBuilder& answer, const DiscoveryAnswer& discovery, std::size_t behind) {
  answer.add_address(AttributeType::response_origin, discovery.origin);
  if (discovery.other) answer.add_address(AttributeType::other_address, *discovery.other);
  const std::size_t taken = answer.size() + attribute_header_size + behind;
  if (discovery.padded_size <= taken) return;
  const std::size_t room = (discovery.padded_size - taken) & ~std::size_t{3};
  answer.add_zeros(AttributeType::padding, std::min(room, max_padding));
}

}  // namespace stun
