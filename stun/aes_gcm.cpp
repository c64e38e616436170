#include "stun/aes_gcm.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cassert>

namespace stun {
namespace {

struct ContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, ContextDeleter>;

const unsigned char* octets(Bytes bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* octets(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

Context keyed_context(Bytes key, bool encrypts) {
  assert(key.size() == 16 || key.size() == 32);
  Context context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* const cipher = key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
  if (!context || EVP_CipherInit_ex(context.get(), cipher, nullptr, octets(key), nullptr,
                                    encrypts ? 1 : 0) != 1) {
    throw std::bad_alloc();
  }
  return context;
}

[[maybe_unused]] bool is_tagged(std::size_t sealed, std::size_t plain) {
  return sealed >= plain + 12 && sealed <= plain + AesGcm::tag_size;
}

/// Takes in nonce and associated data, and turns `from` into as many bytes.
bool run(EVP_CIPHER_CTX* context, const AesGcm::Nonce& nonce, Bytes associated, Bytes from,
         std::span<std::byte> to) {
  int size = 0;
  const auto update = [&](unsigned char* out, Bytes in) {
    return in.empty() ||
           EVP_CipherUpdate(context, out, &size, octets(in), static_cast<int>(in.size())) == 1;
  };
  return EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, octets(Bytes(nonce)), -1) == 1 &&
         update(nullptr, associated) && update(octets(to), from);
}

}  // namespace

struct AesGcm::Contexts {
  Context sealing, opening;
};

AesGcm::AesGcm(Bytes key)
    : contexts_(std::make_unique<Contexts>(keyed_context(key, true), keyed_context(key, false))) {}
AesGcm::~AesGcm() = default;
AesGcm::AesGcm(AesGcm&&) noexcept = default;
AesGcm& AesGcm::operator=(AesGcm&&) noexcept = default;

void AesGcm::seal(const Nonce& nonce, Bytes associated, Bytes plain, std::span<std::byte> sealed) {
  assert(is_tagged(sealed.size(), plain.size()));
  EVP_CIPHER_CTX* const context = contexts_->sealing.get();
  const auto tag = sealed.subspan(plain.size());
  std::array<std::byte, tag_size> rest;  // GCM has none
  int size = 0;
  [[maybe_unused]] const bool done =
      run(context, nonce, associated, plain, sealed.first(plain.size())) &&
      EVP_CipherFinal_ex(context, octets(std::span<std::byte>(rest)), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()),
                          tag.data()) == 1;
  assert(done);
}

bool AesGcm::unseal(const Nonce& nonce, Bytes associated, Bytes sealed,
                    std::span<std::byte> plain) {
  assert(is_tagged(sealed.size(), plain.size()));
  EVP_CIPHER_CTX* const context = contexts_->opening.get();
  std::array<std::byte, tag_size> tag;
  std::ranges::copy(sealed.subspan(plain.size()), tag.begin());
  std::array<std::byte, tag_size> rest;  // GCM has none
  int size = 0;
  return run(context, nonce, associated, sealed.first(plain.size()), plain) &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG,
                             static_cast<int>(sealed.size() - plain.size()), tag.data()) == 1 &&
         EVP_CipherFinal_ex(context, octets(std::span<std::byte>(rest)), &size) == 1;
}

}  // namespace stun
