// MESSAGE-INTEGRITY and MESSAGE-INTEGRITY-SHA256 (RFC 8489 14.5, 14.6) and the keys of the
// long-term mechanism (9.2.2). Nothing here allocates: a request is checked before its sender is
// known.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "stun/message_view.h"

namespace stun {

/// The key of a user: 16 bytes (MD5) or 32 (SHA-256). Held by value.
class IntegrityKey {
 public:
  IntegrityKey() = default;
  /// At most 32 bytes.
  explicit IntegrityKey(Bytes bytes);
  Bytes bytes() const { return std::span(bytes_).first(size_); }
  friend bool operator==(const IntegrityKey&, const IntegrityKey&) = default;

 private:
  std::array<std::byte, 32> bytes_{};
  std::uint8_t size_ = 0;
};

/// MD5(username ":" realm ":" password), texts already prepared by OpaqueString (RFC 8489 9.2.2).
IntegrityKey long_term_key_md5(std::string_view username, std::string_view realm,
                               std::string_view password);
/// SHA-256 of the same (18.5.1.2).
IntegrityKey long_term_key_sha256(std::string_view username, std::string_view realm,
                                  std::string_view password);
/// USERHASH: SHA-256(username ":" realm) (14.4).
std::array<std::byte, 32> user_hash(std::string_view username, std::string_view realm);

using Sha1Digest = std::array<std::byte, 20>;
using Sha256Digest = std::array<std::byte, 32>;
/// HMAC over the concatenated parts. No heap, no OpenSSL fetch.
Sha1Digest hmac_sha1(Bytes key, std::initializer_list<Bytes> parts);
Sha256Digest hmac_sha256(Bytes key, std::initializer_list<Bytes> parts);

/// HMAC-SHA256 under one key for many messages: what depends on the key alone is done once.
class HmacSha256 {
 public:
  explicit HmacSha256(Bytes key);
  Sha256Digest operator()(std::initializer_list<Bytes> parts) const;

 private:
  /// Of the hash, when it has taken in the padded key.
  using State = std::array<std::uint32_t, 8>;
  static State state_behind(Bytes key, std::byte pad);

  State inner_, outer_;
};

/// Equal, in a time that depends on the lengths alone.
bool equal_constant_time(Bytes a, Bytes b);

/// The message has a MESSAGE-INTEGRITY of exactly 20 bytes and it is right under `key`.
bool verify_integrity(const MessageView& message, const IntegrityKey& key);
/// The message has a MESSAGE-INTEGRITY-SHA256 of 16-32 bytes, a multiple of 4, and it is right
/// under `key`, truncated as sent (14.6).
bool verify_integrity_sha256(const MessageView& message, const IntegrityKey& key);

}  // namespace stun
