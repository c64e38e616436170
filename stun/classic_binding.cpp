#include "stun/classic_binding.h"

#include <algorithm>
#include <array>

#include "stun/message_builder.h"

namespace stun {
namespace {

/// The request's own id, all of its 16 bytes.
std::optional<Bytes> with_id_of(const MessageView& request, const MessageBuilder& message,
                                std::span<std::byte> buffer) {
  const auto bytes = message.finish();
  if (bytes) std::ranges::copy(request.bytes().subspan(4, 16), buffer.subspan(4).begin());
  return bytes;
}

}  // namespace

std::optional<Bytes> answer_classic(const MessageView& request, const ClassicAnswer& answer,
                                    std::span<std::byte> buffer) {
  MessageBuilder message(buffer, {Method::binding, Class::success}, request.transaction_id());
  message.add_address(AttributeType::mapped_address, answer.mapped);
  message.add_address(classic_source_address, answer.source);
  if (answer.changed) message.add_address(classic_changed_address, *answer.changed);
  return with_id_of(request, message, buffer);
}

std::optional<Bytes> refuse_classic(const MessageView& request, ErrorCode code,
                                    std::span<const AttributeType> unknown,
                                    std::span<std::byte> buffer) {
  MessageBuilder message(buffer, {Method::binding, Class::error}, request.transaction_id());
  message.add_error_code(code, reason_phrase(code));
  if (!unknown.empty()) {
    // No padding there was: an odd number of types is filled up with one of them.
    std::array<AttributeType, 8> even;
    const std::size_t count = std::min(unknown.size(), even.size());
    std::ranges::copy(unknown.first(count), even.begin());
    if (count % 2 != 0) even[count] = even[count - 1];
    message.add_unknown_attributes(std::span(even).first((count + 1) / 2 * 2));
  }
  return with_id_of(request, message, buffer);
}

bool is_known_to_classic(AttributeType type, bool change) {
  switch (type) {
    case AttributeType::change_request:
      return change;
    case AttributeType::mapped_address:
    case AttributeType::username:
    case AttributeType::message_integrity:
      return true;
    default:
      return !comprehension_required(type);
  }
}

}  // namespace stun
