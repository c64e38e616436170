#include "stun/binding.h"

#include <array>

#include "stun/error_code.h"
#include "stun/message_builder.h"
#include "stun/unknown_attributes.h"

namespace stun {
namespace {

/// The first few are told; more would only lengthen the answer.
constexpr std::size_t max_told = 16;

}  // namespace

std::optional<Bytes> answer_binding(const MessageView& request, const TransportAddress& client,
                                    const BindingOptions& options, std::span<std::byte> buffer) {
  std::array<AttributeType, max_told> types;
  const auto unknown = std::span(types).first(unknown_attributes(request, is_known, types));
  const bool success = unknown.empty();
  MessageBuilder answer(buffer, {Method::binding, success ? Class::success : Class::error},
                        request.transaction_id());
  if (success) {
    answer.add_xor_address(AttributeType::xor_mapped_address, client);
    if (options.mapped_address_too) answer.add_address(AttributeType::mapped_address, client);
  } else {
    constexpr auto code = ErrorCode::unknown_attribute;
    answer.add_error_code(code, options.reason_phrases ? reason_phrase(code) : "");
    answer.add_unknown_attributes(unknown);
  }
  if (!options.software.empty()) answer.add_text(AttributeType::software, options.software);
  if (options.always_fingerprint || request.has(AttributeType::fingerprint)) {
    answer.add_fingerprint();
  }
  return answer.finish();
}

}  // namespace stun
