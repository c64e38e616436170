#include "turn/allocate_request.h"

#include <algorithm>

#include "stun/attributes.h"

namespace turn {
namespace {

using stun::AttributeType;
using stun::ErrorCode;

constexpr std::uint8_t protocol_udp = 17;

/// 7.2-3.3: missing or malformed is 400, anything but UDP is 442.
std::optional<ErrorCode> check_transport(const stun::MessageView& message) {
  const auto value = message.value(AttributeType::requested_transport);
  if (!value) return ErrorCode::bad_request;
  const auto protocol = stun::decode_leading_u8(*value);
  if (!protocol) return ErrorCode::bad_request;
  if (*protocol != protocol_udp) return ErrorCode::unsupported_transport_protocol;
  return std::nullopt;
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

/// Attributes that RFC 8656 7.2 does not allow together.
bool contradicts_itself(const AllocateRequest& request) {
  const bool other_family = request.family || request.additional_ipv6;
  if (request.token && (request.even_port || other_family)) return true;
  if (request.family && request.additional_ipv6) return true;
  return request.additional_ipv6 && request.reserve_next;
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

std::expected<AllocateRequest, ErrorCode> AllocateRequest::parse(const stun::MessageView& message) {
  AllocateRequest request;
  if (const auto error = check_transport(message)) return std::unexpected(*error);
  if (const auto error = read_token(message, request)) return std::unexpected(*error);
  if (const auto error = read_even_port(message, request)) return std::unexpected(*error);

  const auto family = parse_family(message, AttributeType::requested_address_family);
  const auto additional = parse_family(message, AttributeType::additional_address_family);
  const auto lifetime = parse_lifetime(message);
  if (!family) return std::unexpected(family.error());
  // Only IPv6 may be additional: the other one is IPv4 (RFC 8656 7.2).
  if (!additional || *additional == Family::ipv4) return std::unexpected(ErrorCode::bad_request);
  if (!lifetime) return std::unexpected(lifetime.error());
  request.family = *family;
  request.additional_ipv6 = additional->has_value();
  request.lifetime = *lifetime;
  if (contradicts_itself(request)) return std::unexpected(ErrorCode::bad_request);
  return request;
}

}  // namespace turn
