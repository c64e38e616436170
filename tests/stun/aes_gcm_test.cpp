#include "stun/aes_gcm.h"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/support/hex.h"

namespace stun {
namespace {

TEST_CASE("AES-GCM is what its inventors computed", "[stun][rfc5116-5.1]") {
  // McGrew and Viega, The Galois/Counter Mode of Operation, test cases 4 and 16.
  const auto plain = support::from_hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6"
      "b5"
      "25b16aedf5aa0de657ba637b39");
  const auto associated = support::from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const std::string half = "feffe9928665731c6d6a8f9467308308";
  const auto [key, expected] = GENERATE_COPY(table<std::string, std::string>(
      {{half,
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac"
        "84aa"
        "051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47"},
       {half + half,
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056"
        "828838"
        "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"}}));
  AesGcm::Nonce nonce;
  std::ranges::copy(support::from_hex("cafebabefacedbaddecaf888"), nonce.begin());
  AesGcm cipher{support::from_hex(key)};
  std::vector<std::byte> sealed(plain.size() + AesGcm::tag_size, std::byte{0xff});
  for (int i = 0; i < 2; ++i) {  // The contexts are used again.
    cipher.seal(nonce, associated, plain, sealed);
    CHECK(sealed == support::from_hex(expected));
    std::vector<std::byte> opened(plain.size());
    CHECK(cipher.unseal(nonce, associated, sealed, opened));
    CHECK(opened == plain);
    sealed[3] ^= std::byte{0x10};
    CHECK_FALSE(cipher.unseal(nonce, associated, sealed, opened));
  }
}

}  // namespace
}  // namespace stun
