#include "stun/binding.h"

#include <algorithm>
#include <array>

#include "stun/error_code.h"
#include "stun/message_builder.h"

namespace stun {
namespace {

/// The comprehension-required attributes of RFC 8489: what a Binding may carry and we understand,
/// even where it means nothing to us.
bool understood(AttributeType type) {
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

/// The attributes that make the answer a 420, each once and the first few only: a stranger does
/// not decide how long our answer gets.
class UnknownAttributes {
 public:
  explicit UnknownAttributes(const MessageView& request) {
    auto walk = request.attributes();
    while (const auto attribute = walk.next()) {
      if (count_ == types_.size()) return;
      const bool listed = std::ranges::find(types(), attribute->type) != types().end();
      if (!understood(attribute->type) && !listed) types_[count_++] = attribute->type;
    }
  }
  std::span<const AttributeType> types() const { return std::span(types_).first(count_); }

 private:
  std::array<AttributeType, 16> types_{};
  std::size_t count_ = 0;
};

}  // namespace

std::optional<Bytes> answer_binding(const MessageView& request, const TransportAddress& client,
                                    const BindingOptions& options, std::span<std::byte> buffer) {
  const UnknownAttributes unknown(request);
  const bool success = unknown.types().empty();
  MessageBuilder answer(buffer, {Method::binding, success ? Class::success : Class::error},
                        request.transaction_id());
  if (success) {
    answer.add_xor_address(AttributeType::xor_mapped_address, client);
    if (options.mapped_address_too) answer.add_address(AttributeType::mapped_address, client);
  } else {
    constexpr auto code = ErrorCode::unknown_attribute;
    answer.add_error_code(code, options.reason_phrases ? reason_phrase(code) : "");
    answer.add_unknown_attributes(unknown.types());
  }
  if (!options.software.empty()) answer.add_text(AttributeType::software, options.software);
  if (options.always_fingerprint || request.has(AttributeType::fingerprint)) {
    answer.add_fingerprint();
  }
  return answer.finish();
}

}  // namespace stun
