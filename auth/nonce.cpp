#include "auth/nonce.h"

#include <algorithm>
#include <charconv>

#include "auth/base64.h"
#include "stun/byte_order.h"

namespace auth {
namespace {

constexpr std::string_view cookie = "obMatJos2";
constexpr std::size_t time_at = cookie.size() + 4;
constexpr std::size_t signature_at = time_at + 8;

/// Wall clocks are stepped, and workers read them at different moments: a nonce may come from so
/// far ahead.
constexpr std::chrono::seconds clock_tolerance{5};

/// RFC 8489 9.2: 3 bytes, "with bit 0 as the most significant bit of the first byte".
constexpr std::array<char, 4> encode(SecurityFeatures features) {
  const unsigned first =
      (features.password_algorithms ? 0x80U : 0) | (features.username_anonymity ? 0x40U : 0);
  return base64(std::array{static_cast<std::byte>(first), std::byte{}, std::byte{}});
}

void write_hex(std::uint32_t value, std::span<char, 8> out) {
  for (char& digit : out) {
    digit = "0123456789abcdef"[value >> 28];
    value <<= 4;
  }
}

}  // namespace

SecurityFeatures features_of(std::string_view nonce) {
  if (nonce.size() < time_at || !nonce.starts_with(cookie)) return {};
  for (const SecurityFeatures features :
       {SecurityFeatures{true, false}, SecurityFeatures{false, true},
        SecurityFeatures{true, true}}) {
    if (std::ranges::equal(encode(features), nonce.substr(cookie.size(), 4))) return features;
  }
  return {};
}

NonceSigner::NonceSigner(const std::array<std::byte, 32>& key, SecurityFeatures features,
                         std::chrono::seconds lifetime)
    : hmac_(key), features_(encode(features)), lifetime_(lifetime) {}

Nonce NonceSigner::issue(const stun::IpAddress& client, WallTime now) const {
  return sign(static_cast<std::uint32_t>(now.seconds), client);
}

bool NonceSigner::valid(std::string_view nonce, const stun::IpAddress& client, WallTime now) const {
  if (nonce.size() != Nonce{}.size()) return false;
  std::uint32_t issued = 0;
  std::from_chars(nonce.data() + time_at, nonce.data() + signature_at, issued, 16);
  // Whatever else is wrong with it, cookie and digits included: it is not what we had made.
  const Nonce right = sign(issued, client);
  if (!stun::equal_constant_time(std::as_bytes(std::span(nonce)),
                                 std::as_bytes(std::span(right)))) {
    return false;
  }
  // The 32 bits wrap in 2106; a difference of them does not mind.
  const std::chrono::seconds age{
      static_cast<std::int32_t>(static_cast<std::uint32_t>(now.seconds) - issued)};
  return age >= -clock_tolerance && (lifetime_.count() == 0 || age < lifetime_);
}

Nonce NonceSigner::sign(std::uint32_t seconds, const stun::IpAddress& client) const {
  Nonce nonce;
  std::ranges::copy(cookie, nonce.begin());
  std::ranges::copy(features_, nonce.begin() + cookie.size());
  write_hex(seconds, std::span(nonce).subspan<time_at, 8>());

  const auto signed_part = std::as_bytes(std::span(nonce).first(signature_at));
  const auto digest = hmac_({signed_part, std::as_bytes(client.bytes())});
  std::array<std::byte, 12> truncated;
  std::ranges::copy_n(digest.begin(), truncated.size(), truncated.begin());
  std::ranges::copy(base64(truncated), nonce.begin() + signature_at);
  return nonce;
}

}  // namespace auth
