// AES in Galois/Counter Mode under one key: AEAD_AES_128_GCM and AEAD_AES_256_GCM (RFC 5116 5.1,
// 5.2), what access tokens (RFC 7635) and mobility tickets (RFC 8016) are sealed with. The contexts
// are made with the key: sealing and opening take nothing from the heap. One thread owns it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include "stun/byte_order.h"

namespace stun {

class AesGcm {
 public:
  static constexpr std::size_t nonce_size = 12;
  static constexpr std::size_t tag_size = 16;
  using Nonce = std::array<std::byte, nonce_size>;

  /// 16 bytes or 32. Throws std::bad_alloc when OpenSSL cannot.
  explicit AesGcm(Bytes key);
  ~AesGcm();
  AesGcm(AesGcm&&) noexcept;
  AesGcm& operator=(AesGcm&&) noexcept;

  /// Writes what `plain` becomes, and the tag behind it; `sealed` has tag_size bytes more than
  /// `plain`, or down to 12 for a shorter tag. No nonce may be used twice.
  void seal(const Nonce& nonce, Bytes associated, Bytes plain, std::span<std::byte> sealed);
  /// The reverse; `plain` has as many bytes fewer than `sealed` as the tag has. False: it was not
  /// made with this key, nonce and associated data, and `plain` is not to be looked at.
  bool unseal(const Nonce& nonce, Bytes associated, Bytes sealed, std::span<std::byte> plain);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace stun
