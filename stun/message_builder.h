// Writes one STUN message into a caller's buffer. The header's length is right after every call;
// padding is zero. When the buffer is too small the message is void: finish() gives nothing, and
// not a byte was written beyond the end.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "stun/address.h"
#include "stun/attribute_type.h"
#include "stun/attributes.h"
#include "stun/error_code.h"
#include "stun/integrity.h"
#include "stun/message_type.h"

namespace stun {

class MessageBuilder {
 public:
  /// `buffer` must outlive the builder.
  MessageBuilder(std::span<std::byte> buffer, MessageType type, const TransactionId& id);

  void add(AttributeType type, Bytes value);
  void add_text(AttributeType type, std::string_view value);
  /// A value of zeros.
  void add_zeros(AttributeType type, std::size_t size);
  void add_u32(AttributeType type, std::uint32_t value);
  /// A byte and three zeros: REQUESTED-TRANSPORT, address families.
  void add_leading_u8(AttributeType type, std::uint8_t value);
  void add_address(AttributeType type, const TransportAddress& address);
  void add_xor_address(AttributeType type, const TransportAddress& address);
  /// ERROR-CODE; `reason` may be empty.
  void add_error_code(ErrorCode code, std::string_view reason);
  /// ADDRESS-ERROR-CODE (RFC 8656 18.12).
  void add_address_error_code(Family family, ErrorCode code, std::string_view reason);
  void add_unknown_attributes(std::span<const AttributeType> types);
  void add_password_algorithm(PasswordAlgorithm algorithm);
  void add_password_algorithms(std::span<const PasswordAlgorithm> algorithms);

  /// ICMP (RFC 8656 18.13).
  void add_icmp(const IcmpValue& icmp);

  /// In this order and after everything else (RFC 8489 14.5-14.7).
  void add_integrity(const IntegrityKey& key);
  void add_integrity_sha256(const IntegrityKey& key);
  void add_fingerprint();

  /// Bytes of the message so far.
  std::size_t size() const { return size_; }
  /// The whole message, or nothing when it did not fit.
  std::optional<std::span<const std::byte>> finish() const;

 private:
  /// Room for an attribute of `size` bytes, counted in the header, with its padding zeroed; empty
  /// when it does not fit.
  std::span<std::byte> append(AttributeType type, std::size_t size);
  void add_masked_address(AttributeType type, const TransportAddress& address,
                          const AddressMask& mask);
  void add_error(AttributeType type, std::byte family, ErrorCode code, std::string_view reason);

  std::span<std::byte> buffer_;
  std::size_t size_ = 0;  // of the message so far
  TransactionId id_;
  bool overflowed_ = false;
};

}  // namespace stun
