// The checks on the attributes of an Allocate request (RFC 8656 7.2), in the order of its list,
// whose numbers stand beside them.
#include "turn/allocate_request.h"

#include <algorithm>

#include "stun/attributes.h"

namespace turn {
namespace {

using stun::AttributeType;
using stun::ErrorCode;

constexpr std::uint8_t protocol_tcp = 6, protocol_udp = 17;

/// Missing or malformed is 400, what is not relayed here is 442.
std::optional<ErrorCode> read_transport(const stun::MessageView& message, const Config& config,
                                        AllocateRequest& request) {
  const auto value = message.value(AttributeType::requested_transport);
  if (!value) return ErrorCode::bad_request;
  const auto protocol = stun::decode_leading_u8(*value);
  if (!protocol) return ErrorCode::bad_request;
  request.tcp = *protocol == protocol_tcp;
  const bool relayed = (*protocol == protocol_udp && config.udp_relay) ||
                       (*protocol == protocol_tcp && config.tcp_relay);
  return relayed ? std::nullopt : std::optional(ErrorCode::unsupported_transport_protocol);
}

/// RFC 6062 5.1: these are about datagrams.
bool contradicts_tcp(const stun::MessageView& message) {
  return message.has(AttributeType::dont_fragment) || message.has(AttributeType::even_port) ||
         message.has(AttributeType::reservation_token);
}

/// EVEN-PORT is one byte whose top bit asks for the next port too (18.7).
std::optional<ErrorCode> read_even_port(const stun::MessageView& message,
                                        AllocateRequest& request) {
  const auto value = message.value(AttributeType::even_port);
  if (!value) return std::nullopt;
  if (value->size() != 1) return ErrorCode::bad_request;
  request.even_port = true;
  request.reserve_next = std::to_integer<unsigned>((*value)[0]) >> 7 != 0;
  return std::nullopt;
}

std::optional<ErrorCode> read_token(const stun::MessageView& message, AllocateRequest& request) {
  const auto value = message.value(AttributeType::reservation_token);
  if (!value) return std::nullopt;
  ReservationToken token;
  if (value->size() != token.size()) return ErrorCode::bad_request;
  std::ranges::copy(*value, token.begin());
  request.token = token;
  return std::nullopt;
}

/// ADDITIONAL-ADDRESS-FAMILY under the number that it has, or had while it was a draft.
AttributeType additional_family_type(const stun::MessageView& message) {
  return message.has(AttributeType::additional_address_family)
             ? AttributeType::additional_address_family
             : AttributeType::draft_additional_address_family;
}

/// A reservation settles port and family; two families are asked for by one attribute.
bool contradicts_itself(const stun::MessageView& message) {
  const bool family = message.has(AttributeType::requested_address_family);
  const bool additional = message.has(additional_family_type(message));
  const bool token = message.has(AttributeType::reservation_token);
  return (token && (message.has(AttributeType::even_port) || family || additional)) ||
         (family && additional);
}

/// ADDITIONAL-ADDRESS-FAMILY: only IPv6 may be additional, the other one is IPv4. It does not go
/// together with a port to reserve.
std::optional<ErrorCode> read_additional_family(const stun::MessageView& message,
                                                AllocateRequest& request) {
  const auto family = parse_family(message, additional_family_type(message));
  if (!family || *family == Family::ipv4) return ErrorCode::bad_request;
  request.additional_ipv6 = family->has_value();
  if (request.additional_ipv6 && request.reserve_next) return ErrorCode::bad_request;
  return std::nullopt;
}

}  // namespace

std::expected<std::optional<Seconds>, ErrorCode> parse_lifetime(const stun::MessageView& message) {
  const auto value = message.value(AttributeType::lifetime);
  if (!value) return std::nullopt;
  const auto seconds = stun::decode_u32(*value);
  if (!seconds) return std::unexpected(ErrorCode::bad_request);
  return Seconds(*seconds);
}

std::expected<std::optional<Family>, ErrorCode> parse_family(const stun::MessageView& message,
                                                             AttributeType type) {
  const auto value = message.value(type);
  if (!value) return std::nullopt;
  const auto number = stun::decode_leading_u8(*value);
  if (!number) return std::unexpected(ErrorCode::bad_request);
  if (*number != 0x01 && *number != 0x02) {
    return std::unexpected(ErrorCode::address_family_not_supported);
  }
  return static_cast<Family>(*number);
}

std::expected<AllocateRequest, ErrorCode> AllocateRequest::parse(const stun::MessageView& message,
                                                                 const Config& config) {
  AllocateRequest request;
  if (const auto error = read_transport(message, config, request)) {  // 3
    return std::unexpected(*error);
  }
  if (request.tcp && contradicts_tcp(message)) return std::unexpected(ErrorCode::bad_request);
  if (contradicts_itself(message)) return std::unexpected(ErrorCode::bad_request);  // 5, 6
  if (const auto error = read_token(message, request)) return std::unexpected(*error);
  const auto family = parse_family(message, AttributeType::requested_address_family);  // 7
  if (!family) return std::unexpected(family.error());
  request.family = *family;
  if (const auto error = read_even_port(message, request)) return std::unexpected(*error);  // 8
  if (const auto error = read_additional_family(message, request)) return std::unexpected(*error);
  const auto lifetime = parse_lifetime(message);
  if (!lifetime) return std::unexpected(lifetime.error());
  request.lifetime = *lifetime;
  // Of a draft, and optional: what is malformed is as good as absent.
  if (const auto value = message.value(AttributeType::bandwidth)) {
    if (const auto units = stun::decode_u32(*value))
      request.bytes_per_second = *units * bandwidth_unit;
  }
  return request;
}

}  // namespace turn
