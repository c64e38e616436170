// A STUN message as it lies in the caller's buffer: parsed once, copied never. Whoever holds a
// MessageView holds well-formed bytes: the length is right, every attribute fits. It sees just the
// attributes that count: of duplicates the first (RFC 8489 14), after MESSAGE-INTEGRITY only
// MESSAGE-INTEGRITY-SHA256 and FINGERPRINT, after MESSAGE-INTEGRITY-SHA256 only FINGERPRINT
// (14.5, 14.6), after FINGERPRINT nothing (14.7). The buffer must outlive the view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "stun/attribute_type.h"
#include "stun/byte_order.h"
#include "stun/message_type.h"

namespace stun {

enum class ParseError : std::uint8_t {
  too_short,      // fewer than 20 bytes
  not_stun,       // the two top bits are not zero, or no magic cookie
  bad_length,     // not a multiple of 4, or not the number of bytes given
  bad_attribute,  // an attribute runs over the end
};

/// One attribute: its value without padding, and where its type field starts in the message.
struct Attribute {
  AttributeType type{};
  Bytes value;
  std::size_t offset = 0;
};

class MessageView {
 public:
  /// `bytes` is exactly one message, header included. Accepts at most 65,552 bytes by nature of
  /// the length field.
  static std::expected<MessageView, ParseError> parse(Bytes bytes);
  /// The same for a message of the obsolete RFC 3489, whatever stands in place of the magic cookie.
  static std::expected<MessageView, ParseError> parse_classic(Bytes bytes);

  MessageType type() const { return type_; }
  Method method() const { return type_.method; }
  Class message_class() const { return type_.message_class; }
  TransactionId transaction_id() const;
  Bytes bytes() const { return bytes_; }

  /// The first attribute of that type among those that count.
  std::optional<Attribute> find(AttributeType type) const;
  /// Its value alone.
  std::optional<Bytes> value(AttributeType type) const;
  bool has(AttributeType type) const { return find(type).has_value(); }

  /// Walks the attributes that count, duplicates included, in order. End when `nullopt`.
  class Walk {
   public:
    std::optional<Attribute> next();

   private:
    friend class MessageView;
    explicit Walk(Bytes bytes) : bytes_(bytes) {}
    /// Moves on to the next attribute that counts; false: there is none.
    bool advance();
    bool counts();
    Attribute attribute() const;

    Bytes bytes_;
    std::size_t behind_ = header_size;  // where the attribute ends, its padding included
    std::size_t offset_ = 0;            // where it begins
    AttributeType type_{};
    bool after_integrity_ = false;
    bool after_integrity_sha256_ = false;
  };
  Walk attributes() const { return Walk(bytes_); }

 private:
  MessageView(Bytes bytes, MessageType type, std::uint64_t present)
      : bytes_(bytes), present_(present), type_(type) {}

  Bytes bytes_;
  /// A bit for every type in the message, by the low six bits of its number: most questions are
  /// about attributes that are not there.
  std::uint64_t present_;
  MessageType type_;
};

}  // namespace stun
