// Access tokens (RFC 7635 6.2) from strangers, and from somebody who has the key: what is opened
// was sealed with it, and seals to the same bytes again unless parts of a second were in it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "auth/access_token.h"

namespace auth {
namespace {

constexpr std::string_view server_name = "turn.example.org";

void require(bool condition) {
  if (!condition) std::abort();
}

stun::AesGcm cipher(bool long_key) {
  return stun::AesGcm(
      stun::as_bytes(std::string_view("01234567890123456789012345678901", long_key ? 32 : 16)));
}

/// The input as a token: nobody without the key makes one.
void open_strange(stun::Bytes token, stun::AesGcm& key) {
  const auto opened = AccessToken::unseal(token, key, server_name);
  if (!opened) return;
  stun::AesGcm::Nonce nonce;
  std::ranges::copy(token.subspan(2, nonce.size()), nonce.begin());
  const auto again = opened->seal(nonce, key, server_name);
  require(again.size() == token.size());
}

/// The input as the block of a token that was sealed with the key.
void open_sealed(stun::Bytes block, stun::AesGcm& key) {
  const stun::AesGcm::Nonce nonce{};
  std::vector<std::byte> token(2 + nonce.size() + block.size() + stun::AesGcm::tag_size);
  stun::store_u16(token, 0, static_cast<std::uint16_t>(nonce.size()));
  key.seal(nonce, stun::as_bytes(server_name), block, std::span(token).subspan(2 + nonce.size()));
  require(!AccessToken::unseal(token, key, "another.example.org"));
  const auto opened = AccessToken::unseal(token, key, server_name);
  if (!opened) return;
  require(opened->mac_key.bytes().size() == 20 || opened->mac_key.bytes().size() == 32);
  require(block.size() == 2 + opened->mac_key.bytes().size() + 12);
  const auto left = opened->remaining({1'700'000'000});
  require(!left || (left->count() > 0 &&
                    left->count() <= std::max<std::int64_t>(opened->lifetime.count(), 1)));
  const auto again = AccessToken::unseal(opened->seal(nonce, key, server_name), key, server_name);
  require(again && again->mac_key == opened->mac_key && again->lifetime == opened->lifetime &&
          again->issued.seconds == opened->issued.seconds);
}

}  // namespace
}  // namespace auth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  stun::AesGcm key = auth::cipher((data[0] & 1) != 0);
  const auto input = std::as_bytes(std::span(data, size)).subspan(1);
  auth::open_strange(input, key);
  if (input.size() < 60'000) auth::open_sealed(input, key);
  return 0;
}
