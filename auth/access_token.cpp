#include "auth/access_token.h"

#include <algorithm>
#include <array>

#include "stun/byte_order.h"

namespace auth {
namespace {

using stun::AesGcm;
using stun::Bytes;

constexpr std::size_t size_field = 2;
constexpr std::size_t sha1_key_size = 20;
constexpr std::size_t sha256_key_size = 32;
constexpr std::size_t behind_key = 8 + 4;  // timestamp and lifetime
constexpr std::size_t max_block = size_field + sha256_key_size + behind_key;
constexpr std::size_t before_block = size_field + AesGcm::nonce_size;

/// RFC 7635 7: "The RECOMMENDED value for the allowed Delta is 5 seconds."
constexpr std::chrono::seconds delta{5};

/// The first 48 bits are seconds since 1970, the others parts of one (6.2).
WallTime load_timestamp(Bytes bytes, std::size_t at) {
  return {std::int64_t{stun::load_u32(bytes, at)} << 16 | stun::load_u16(bytes, at + 4)};
}

void store_timestamp(std::span<std::byte> bytes, std::size_t at, WallTime time) {
  stun::store_u32(bytes, at, static_cast<std::uint32_t>(time.seconds >> 16));
  stun::store_u16(bytes, at + 4, static_cast<std::uint16_t>(time.seconds & 0xffff));
  stun::store_u16(bytes, at + 6, 0);
}

std::optional<AccessToken> parse_block(Bytes block) {
  if (block.size() < size_field) return std::nullopt;
  const std::size_t key_size = stun::load_u16(block, 0);
  if ((key_size != sha1_key_size && key_size != sha256_key_size) ||
      block.size() != size_field + key_size + behind_key) {
    return std::nullopt;
  }
  const std::size_t at = size_field + key_size;
  return AccessToken{.mac_key = stun::IntegrityKey(block.subspan(size_field, key_size)),
                     .issued = load_timestamp(block, at),
                     .lifetime = std::chrono::seconds(stun::load_u32(block, at + 8))};
}

}  // namespace

std::optional<AccessToken> AccessToken::unseal(Bytes token, AesGcm& key,
                                               std::string_view server_name) {
  // RFC 5116 5.1 and 5.2 leave no choice of the nonce's size.
  if (token.size() < before_block + AesGcm::tag_size ||
      token.size() > before_block + max_block + AesGcm::tag_size ||
      stun::load_u16(token, 0) != AesGcm::nonce_size) {
    return std::nullopt;
  }
  AesGcm::Nonce nonce;
  std::ranges::copy(token.subspan(size_field, nonce.size()), nonce.begin());
  const Bytes sealed = token.subspan(before_block);
  std::array<std::byte, max_block> buffer;
  const auto block = std::span(buffer).first(sealed.size() - AesGcm::tag_size);
  if (!key.unseal(nonce, stun::as_bytes(server_name), sealed, block)) return std::nullopt;
  return parse_block(block);
}

std::vector<std::byte> AccessToken::seal(const AesGcm::Nonce& nonce, AesGcm& key,
                                         std::string_view server_name) const {
  const Bytes signing_key = mac_key.bytes();
  std::vector<std::byte> block(size_field + signing_key.size() + behind_key);
  stun::store_u16(block, 0, static_cast<std::uint16_t>(signing_key.size()));
  std::ranges::copy(signing_key, block.begin() + size_field);
  const std::size_t at = size_field + signing_key.size();
  store_timestamp(block, at, issued);
  stun::store_u32(block, at + 8, static_cast<std::uint32_t>(lifetime.count()));

  std::vector<std::byte> token(before_block + block.size() + AesGcm::tag_size);
  stun::store_u16(token, 0, AesGcm::nonce_size);
  std::ranges::copy(nonce, token.begin() + size_field);
  key.seal(nonce, stun::as_bytes(server_name), block, std::span(token).subspan(before_block));
  return token;
}

std::optional<std::chrono::seconds> AccessToken::remaining(WallTime now) const {
  const std::chrono::seconds age{now.seconds - issued.seconds};
  // RFC 7635 7: "lifetime + Delta > abs(RDnew - TS)".
  if (std::chrono::abs(age) >= lifetime + delta) return std::nullopt;
  return std::min(lifetime + delta - age, std::max(lifetime, std::chrono::seconds(1)));
}

}  // namespace auth
