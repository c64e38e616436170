// RFC 8489 5, 6.3 and 14: the header and the walk over the attributes.
#include "stun/message_view.h"

#include <algorithm>

namespace stun {
namespace {

std::uint64_t presence_bit(AttributeType type) {
  return std::uint64_t{1} << (static_cast<std::uint16_t>(type) & 63);
}

/// The presence bits of all attributes; nothing when one of them does not lie within `bytes`, whose
/// size is a multiple of 4. Padding needs no check of its own: a value that fits into a multiple of
/// 4 leaves room for it.
std::optional<std::uint64_t> survey(Bytes bytes) {
  std::uint64_t present = 0;
  for (std::size_t at = header_size; at < bytes.size();) {
    const std::size_t room = bytes.size() - at - attribute_header_size;
    const std::size_t length = load_u16(bytes, at + 2);
    if (length > room) return std::nullopt;
    present |= presence_bit(static_cast<AttributeType>(load_u16(bytes, at)));
    at += attribute_header_size + padded(length);
  }
  return present;
}

}  // namespace

std::expected<MessageView, ParseError> MessageView::parse(Bytes bytes) {
  if (bytes.size() < header_size) return std::unexpected(ParseError::too_short);
  if (load_u32(bytes, 4) != magic_cookie) return std::unexpected(ParseError::not_stun);
  return parse_classic(bytes);
}

std::expected<MessageView, ParseError> MessageView::parse_classic(Bytes bytes) {
  if (bytes.size() < header_size) return std::unexpected(ParseError::too_short);
  const std::uint16_t type = load_u16(bytes, 0);
  if ((type & 0xc000) != 0) return std::unexpected(ParseError::not_stun);
  const std::size_t length = load_u16(bytes, 2);
  if (length % 4 != 0 || length != bytes.size() - header_size) {
    return std::unexpected(ParseError::bad_length);
  }
  const auto present = survey(bytes);
  if (!present) return std::unexpected(ParseError::bad_attribute);
  return MessageView(bytes, MessageType::decode(type), *present);
}

TransactionId MessageView::transaction_id() const {
  TransactionId id;
  std::ranges::copy(bytes_.subspan(8, id.size()), id.begin());
  return id;
}

std::optional<Attribute> MessageView::find(AttributeType type) const {
  if ((present_ & presence_bit(type)) == 0) return std::nullopt;
  auto walk = attributes();
  while (walk.advance()) {
    if (walk.type_ == type) return walk.attribute();
  }
  return std::nullopt;
}

std::optional<Bytes> MessageView::value(AttributeType type) const {
  const auto attribute = find(type);
  if (!attribute) return std::nullopt;
  return attribute->value;
}

std::optional<Attribute> MessageView::Walk::next() {
  if (!advance()) return std::nullopt;
  return attribute();
}

inline bool MessageView::Walk::advance() {
  while (behind_ < bytes_.size()) {
    offset_ = behind_;
    type_ = static_cast<AttributeType>(load_u16(bytes_, offset_));
    behind_ = offset_ + attribute_header_size + padded(load_u16(bytes_, offset_ + 2));
    if (counts()) return true;
  }
  return false;
}

inline bool MessageView::Walk::counts() {
  if (type_ == AttributeType::fingerprint) {
    behind_ = bytes_.size();  // 14.7: FINGERPRINT is the last.
    return true;
  }
  if (after_integrity_sha256_) return false;  // 14.6
  if (type_ == AttributeType::message_integrity_sha256) {
    after_integrity_sha256_ = true;
    return true;
  }
  if (after_integrity_) return false;  // 14.5
  after_integrity_ = type_ == AttributeType::message_integrity;
  return true;
}

inline Attribute MessageView::Walk::attribute() const {
  const std::size_t length = load_u16(bytes_, offset_ + 2);
  return {type_, bytes_.subspan(offset_ + attribute_header_size, length), offset_};
}

}  // namespace stun
