// RFC 8489 5 and 14, the writing side.
#include "stun/message_builder.h"

#include <algorithm>

#include "stun/fingerprint.h"

namespace stun {
namespace {

/// The greatest multiple of 4 that the length field holds.
constexpr std::size_t max_length = 0xfffc;

}  // namespace

MessageBuilder::MessageBuilder(std::span<std::byte> buffer, MessageType type,
                               const TransactionId& id)
    : buffer_(buffer), id_(id) {
  if (buffer_.size() < header_size) {
    overflowed_ = true;
    return;
  }
  size_ = header_size;
  store_u16(buffer_, 0, type.encode());
  store_u16(buffer_, 2, 0);
  store_u32(buffer_, 4, magic_cookie);
  std::ranges::copy(id, buffer_.subspan(8).begin());
}

void MessageBuilder::add(AttributeType type, Bytes value) {
  const auto room = append(type, value.size());
  if (!room.empty()) std::ranges::copy(value, room.begin());
}

void MessageBuilder::add_text(AttributeType type, std::string_view value) {
  add(type, as_bytes(value));
}

void MessageBuilder::add_zeros(AttributeType type, std::size_t size) {
  std::ranges::fill(append(type, size), std::byte{});
}

void MessageBuilder::add_u32(AttributeType type, std::uint32_t value) {
  std::array<std::byte, 4> bytes;
  store_u32(bytes, 0, value);
  add(type, bytes);
}

void MessageBuilder::add_leading_u8(AttributeType type, std::uint8_t value) {
  add(type, std::array{std::byte{value}, std::byte{}, std::byte{}, std::byte{}});
}

void MessageBuilder::add_address(AttributeType type, const TransportAddress& address) {
  add_masked_address(type, address, {});
}

void MessageBuilder::add_xor_address(AttributeType type, const TransportAddress& address) {
  add_masked_address(type, address, xor_mask(id_));
}

void MessageBuilder::add_masked_address(AttributeType type, const TransportAddress& address,
                                        const AddressMask& mask) {
  const auto ip = std::as_bytes(address.ip.bytes());
  const auto value = append(type, 4 + ip.size());
  if (value.empty()) return;
  value[0] = std::byte{};
  value[1] = static_cast<std::byte>(address.ip.family());
  store_u16(value, 2, static_cast<std::uint16_t>(address.port ^ load_u16(mask, 0)));
  for (std::size_t i = 0; i < ip.size(); ++i) value[4 + i] = ip[i] ^ mask[i];
}

void MessageBuilder::add_error_code(ErrorCode code, std::string_view reason) {
  add_error(AttributeType::error_code, std::byte{}, code, reason);
}

void MessageBuilder::add_address_error_code(Family family, ErrorCode code,
                                            std::string_view reason) {
  add_error(AttributeType::address_error_code, static_cast<std::byte>(family), code, reason);
}

void MessageBuilder::add_error(AttributeType type, std::byte family, ErrorCode code,
                               std::string_view reason) {
  const auto value = append(type, 4 + reason.size());
  if (value.empty()) return;
  const auto number = static_cast<unsigned>(code);
  value[0] = family;
  value[1] = std::byte{};
  value[2] = static_cast<std::byte>(number / 100);
  value[3] = static_cast<std::byte>(number % 100);
  std::ranges::copy(as_bytes(reason), value.subspan(4).begin());
}

void MessageBuilder::add_unknown_attributes(std::span<const AttributeType> types) {
  const auto value = append(AttributeType::unknown_attributes, 2 * types.size());
  if (value.empty()) return;
  for (std::size_t i = 0; i < types.size(); ++i) {
    store_u16(value, 2 * i, static_cast<std::uint16_t>(types[i]));
  }
}

void MessageBuilder::add_password_algorithm(PasswordAlgorithm algorithm) {
  // One algorithm lies like a list of one (14.11, 14.12), and it has no parameters.
  add_u32(AttributeType::password_algorithm, static_cast<std::uint32_t>(algorithm) << 16);
}

void MessageBuilder::add_password_algorithms(std::span<const PasswordAlgorithm> algorithms) {
  const auto value = append(AttributeType::password_algorithms, 4 * algorithms.size());
  if (value.empty()) return;
  for (std::size_t i = 0; i < algorithms.size(); ++i) {
    store_u32(value, 4 * i, static_cast<std::uint32_t>(algorithms[i]) << 16);
  }
}

void MessageBuilder::add_icmp(const IcmpValue& icmp) {
  const auto value = append(AttributeType::icmp, 8);
  if (value.empty()) return;
  store_u16(value, 0, 0);
  // Seven bits of type, nine of code.
  store_u16(value, 2, static_cast<std::uint16_t>(icmp.type << 9 | (icmp.code & 0x1ff)));
  store_u32(value, 4, icmp.data);
}

void MessageBuilder::add_integrity(const IntegrityKey& key) {
  const auto covered = buffer_.first(size_);
  const auto value = append(AttributeType::message_integrity, Sha1Digest{}.size());
  if (!value.empty()) std::ranges::copy(hmac_sha1(key.bytes(), {covered}), value.begin());
}

void MessageBuilder::add_integrity_sha256(const IntegrityKey& key) {
  const auto covered = buffer_.first(size_);
  const auto value = append(AttributeType::message_integrity_sha256, Sha256Digest{}.size());
  if (!value.empty()) std::ranges::copy(hmac_sha256(key.bytes(), {covered}), value.begin());
}

void MessageBuilder::add_fingerprint() {
  const auto covered = buffer_.first(size_);
  const auto value = append(AttributeType::fingerprint, 4);
  if (!value.empty()) store_u32(value, 0, fingerprint_of(covered));
}

std::optional<std::span<const std::byte>> MessageBuilder::finish() const {
  if (overflowed_) return std::nullopt;
  return buffer_.first(size_);
}

std::span<std::byte> MessageBuilder::append(AttributeType type, std::size_t size) {
  const std::size_t room = std::min(header_size + max_length, buffer_.size()) - size_;
  if (overflowed_ || size > max_length || attribute_header_size + padded(size) > room) {
    overflowed_ = true;
    return {};
  }
  const auto attribute = buffer_.subspan(size_, attribute_header_size + padded(size));
  store_u16(attribute, 0, static_cast<std::uint16_t>(type));
  store_u16(attribute, 2, static_cast<std::uint16_t>(size));
  const auto value = attribute.subspan(attribute_header_size);
  std::ranges::fill(value.subspan(size), std::byte{});
  size_ += attribute.size();
  store_u16(buffer_, 2, static_cast<std::uint16_t>(size_ - header_size));
  return value.first(size);
}

}  // namespace stun
