// RFC 8489 14.5, 14.6, 9.2.2 and 18.5.1. The hashes are OpenSSL's low-level ones: they live on the
// stack. EVP, which replaces them, allocates a context and looks up its algorithm for every use,
// and here that would be before the sender is known. HMAC (RFC 2104) on top is a dozen lines.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "stun/integrity.h"

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include <algorithm>
#include <bit>
#include <cassert>

namespace stun {
namespace {

/// One of OpenSSL's hashes, from its context and its three functions.
template <class Context, auto init, auto update, auto final, std::size_t size>
class Hash {
 public:
  using Digest = std::array<std::byte, size>;

  Hash() { init(&context_); }
  Hash& add(Bytes bytes) {
    update(&context_, bytes.data(), bytes.size());
    return *this;
  }
  Hash& add(std::string_view text) { return add(std::as_bytes(std::span(text))); }
  Digest digest() {
    std::array<unsigned char, size> out;
    final(out.data(), &context_);
    return std::bit_cast<Digest>(out);
  }
  Context& context() { return context_; }

 private:
  Context context_;
};

using Md5 = Hash<MD5_CTX, MD5_Init, MD5_Update, MD5_Final, MD5_DIGEST_LENGTH>;
using Sha1 = Hash<SHA_CTX, SHA1_Init, SHA1_Update, SHA1_Final, SHA_DIGEST_LENGTH>;
using Sha256 = Hash<SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final, SHA256_DIGEST_LENGTH>;

// RFC 2104 2, for hashes with a block of 64 bytes.
constexpr std::size_t block_size = 64;
constexpr std::byte inner_pad{0x36};
constexpr std::byte outer_pad{0x5c};

template <class H>
std::array<std::byte, block_size> padded_key(Bytes key, std::byte pad) {
  std::array<std::byte, block_size> block{};
  if (key.size() > block_size) {
    std::ranges::copy(H().add(key).digest(), block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  for (std::byte& byte : block) byte ^= pad;
  return block;
}

template <class H>
typename H::Digest hmac(Bytes key, std::initializer_list<Bytes> parts) {
  H inner;
  inner.add(padded_key<H>(key, inner_pad));
  for (const Bytes part : parts) inner.add(part);
  return H().add(padded_key<H>(key, outer_pad)).add(inner.digest()).digest();
}

/// A hash that has taken in one block, which left it in `state`.
Sha256 resume(const std::array<std::uint32_t, 8>& state) {
  Sha256 hash;
  std::ranges::copy(state, hash.context().h);
  hash.context().Nl = block_size * 8;  // bits so far
  return hash;
}

template <class H>
typename H::Digest hash_joined(std::initializer_list<std::string_view> texts) {
  H hash;
  bool first = true;
  for (const auto text : texts) {
    if (!first) hash.add(":");
    hash.add(text);
    first = false;
  }
  return hash.digest();
}

/// The HMAC of `message` up to its integrity attribute at `offset`, as if the message ended with
/// that attribute: the length field is replaced while hashing (14.5, 14.6).
template <class H>
typename H::Digest integrity_of(Bytes message, const Attribute& integrity, Bytes key) {
  const std::size_t end = integrity.offset + 4 + integrity.value.size();
  std::array<std::byte, 2> length;
  store_u16(length, 0, static_cast<std::uint16_t>(end - header_size));
  return hmac<H>(key, {message.first(2), length, message.subspan(4, integrity.offset - 4)});
}

}  // namespace

IntegrityKey::IntegrityKey(Bytes bytes) : size_(static_cast<std::uint8_t>(bytes.size())) {
  assert(bytes.size() <= bytes_.size());
  std::ranges::copy(bytes, bytes_.begin());
}

IntegrityKey long_term_key_md5(std::string_view username, std::string_view realm,
                               std::string_view password) {
  return IntegrityKey(hash_joined<Md5>({username, realm, password}));
}

IntegrityKey long_term_key_sha256(std::string_view username, std::string_view realm,
                                  std::string_view password) {
  return IntegrityKey(hash_joined<Sha256>({username, realm, password}));
}

std::array<std::byte, 32> user_hash(std::string_view username, std::string_view realm) {
  return hash_joined<Sha256>({username, realm});
}

Sha1Digest hmac_sha1(Bytes key, std::initializer_list<Bytes> parts) {
  return hmac<Sha1>(key, parts);
}

Sha256Digest hmac_sha256(Bytes key, std::initializer_list<Bytes> parts) {
  return hmac<Sha256>(key, parts);
}

HmacSha256::HmacSha256(Bytes key)
    : inner_(state_behind(key, inner_pad)), outer_(state_behind(key, outer_pad)) {}

Sha256Digest HmacSha256::operator()(std::initializer_list<Bytes> parts) const {
  Sha256 inner = resume(inner_);
  for (const Bytes part : parts) inner.add(part);
  return resume(outer_).add(inner.digest()).digest();
}

HmacSha256::State HmacSha256::state_behind(Bytes key, std::byte pad) {
  Sha256 hash;
  hash.add(padded_key<Sha256>(key, pad));
  return std::to_array(hash.context().h);
}

bool equal_constant_time(Bytes a, Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool verify_integrity(const MessageView& message, const IntegrityKey& key) {
  const auto integrity = message.find(AttributeType::message_integrity);
  if (!integrity) return false;
  return equal_constant_time(integrity->value,
                             integrity_of<Sha1>(message.bytes(), *integrity, key.bytes()));
}

bool verify_integrity_sha256(const MessageView& message, const IntegrityKey& key) {
  const auto integrity = message.find(AttributeType::message_integrity_sha256);
  if (!integrity) return false;
  const std::size_t size = integrity->value.size();
  if (size < 16 || size > 32 || size % 4 != 0) return false;  // 14.6
  const auto right = integrity_of<Sha256>(message.bytes(), *integrity, key.bytes());
  return equal_constant_time(integrity->value, std::span(right).first(size));
}

}  // namespace stun
