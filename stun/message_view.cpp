// RFC 8489 5, 6.3 and 14: the header and the walk over the attributes.
#include "stun/message_view.h"

#include <algorithm>

namespace stun {
namespace {

/// Every attribute lies within `bytes`, whose size is a multiple of 4. Padding needs no check of
/// its own: a value that fits into a multiple of 4 leaves room for it.
bool attributes_fit(Bytes bytes) {
  for (std::size_t at = header_size; at < bytes.size();) {
    const std::size_t room = bytes.size() - at - attribute_header_size;
    const std::size_t length = load_u16(bytes, at + 2);
    if (length > room) return false;
    at += attribute_header_size + padded(length);
  }
  return true;
}

}  // namespace

std::expected<MessageView, ParseError> MessageView::parse(Bytes bytes) {
  if (bytes.size() < header_size) return std::unexpected(ParseError::too_short);
  const std::uint16_t type = load_u16(bytes, 0);
  if ((type & 0xc000) != 0 || load_u32(bytes, 4) != magic_cookie) {
    return std::unexpected(ParseError::not_stun);
  }
  const std::size_t length = load_u16(bytes, 2);
  if (length % 4 != 0 || length != bytes.size() - header_size) {
    return std::unexpected(ParseError::bad_length);
  }
  if (!attributes_fit(bytes)) return std::unexpected(ParseError::bad_attribute);
  return MessageView(bytes, MessageType::decode(type));
}

TransactionId MessageView::transaction_id() const {
  TransactionId id;
  std::ranges::copy(bytes_.subspan(8, id.size()), id.begin());
  return id;
}

std::optional<Attribute> MessageView::find(AttributeType type) const {
  auto walk = attributes();
  while (const auto attribute = walk.next()) {
    if (attribute->type == type) return attribute;
  }
  return std::nullopt;
}

std::optional<Bytes> MessageView::value(AttributeType type) const {
  const auto attribute = find(type);
  if (!attribute) return std::nullopt;
  return attribute->value;
}

std::optional<Attribute> MessageView::Walk::next() {
  while (at_ < bytes_.size()) {
    const std::size_t offset = at_;
    const auto type = static_cast<AttributeType>(load_u16(bytes_, offset));
    const std::size_t length = load_u16(bytes_, offset + 2);
    at_ = offset + attribute_header_size + padded(length);

    if (type == AttributeType::fingerprint) {
      at_ = bytes_.size();  // 14.7: FINGERPRINT is the last.
    } else if (after_integrity_sha256_) {
      continue;  // 14.6
    } else if (type == AttributeType::message_integrity_sha256) {
      after_integrity_sha256_ = true;
    } else if (after_integrity_) {
      continue;  // 14.5
    } else if (type == AttributeType::message_integrity) {
      after_integrity_ = true;
    }
    return Attribute{type, bytes_.subspan(offset + attribute_header_size, length), offset};
  }
  return std::nullopt;
}

}  // namespace stun
