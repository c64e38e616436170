#include "turn/reply.h"

#include "stun/fingerprint.h"
#include "stun/message_builder.h"

namespace turn {
namespace {

using stun::AttributeType;

void add_error(stun::MessageBuilder& message, const Reply& reply, const ReplyStyle& style) {
  const auto phrase = [&](stun::ErrorCode code) {
    return style.reason_phrases ? stun::reason_phrase(code) : std::string_view{};
  };
  if (reply.code) message.add_error_code(*reply.code, phrase(*reply.code));
  if (reply.address_error) {
    const auto [family, code] = *reply.address_error;
    message.add_address_error_code(family, code, phrase(code));
  }
  if (reply.unknown_count > 0) {
    message.add_unknown_attributes(std::span(reply.unknown).first(reply.unknown_count));
  }
}

void add_addresses(stun::MessageBuilder& message, const Reply& reply) {
  for (const auto& relayed : reply.relayed) {
    if (relayed) message.add_xor_address(AttributeType::xor_relayed_address, *relayed);
  }
  if (reply.mapped) message.add_xor_address(AttributeType::xor_mapped_address, *reply.mapped);
  if (reply.mapped_too) message.add_address(AttributeType::mapped_address, *reply.mapped);
}

/// RFC 8489 10: the address of the client's family, then one of the other, then the name.
void add_alternate(stun::MessageBuilder& message, const Alternate& alternate) {
  message.add_address(AttributeType::alternate_server, alternate.address);
  if (alternate.other) message.add_address(AttributeType::alternate_server, *alternate.other);
  if (!alternate.domain.empty())
    message.add_text(AttributeType::alternate_domain, alternate.domain);
}

}  // namespace

Bytes write_reply(const Reply& reply, const RequestContext& request, const ReplyStyle& style,
                  const auth::Authenticator& authenticator, std::span<std::byte> buffer, Time now) {
  const auto message_class = reply.code ? stun::Class::error : stun::Class::success;
  stun::MessageBuilder message(buffer, {request.method, message_class}, request.transaction);
  add_error(message, reply, style);
  if (reply.alternate) add_alternate(message, *reply.alternate);
  add_addresses(message, reply);
  if (reply.lifetime) {
    message.add_u32(AttributeType::lifetime, static_cast<std::uint32_t>(reply.lifetime->count()));
  }
  if (reply.bandwidth) message.add_u32(AttributeType::bandwidth, *reply.bandwidth);
  if (reply.reservation) message.add(AttributeType::reservation_token, *reply.reservation);
  if (reply.connection) {
    message.add_u32(AttributeType::connection_id, static_cast<std::uint32_t>(*reply.connection));
  }
  if (reply.ticket) message.add(AttributeType::mobility_ticket, *reply.ticket);
  if (reply.challenge) {
    authenticator.add_challenge(message, request.client.client.ip, reply.realm, now);
  }
  if (!style.software.empty()) message.add_text(AttributeType::software, style.software);
  const bool fingerprint = style.always_fingerprint || request.fingerprint;
  if (reply.discovery) {
    const std::size_t behind =
        request.signature.size() + (fingerprint ? stun::fingerprint_size : 0);
    stun::add_discovery(message, *reply.discovery, behind);
  }
  request.signature.sign(message);
  if (fingerprint) message.add_fingerprint();
  return message.finish().value_or(Bytes{});
}

}  // namespace turn
