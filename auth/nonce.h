// Nonces that nothing remembers: each carries the time of its making and a signature over that and
// the client's IP address. It starts with the nonce cookie of RFC 8489 9.2, which tells the client
// what this server can do, and which no attacker between them can change, being signed as well.
// Immutable; servers with the same key know each other's nonces.
//
//   "obMatJos2" | 4 base64 digits: 24 feature bits | 8 hex digits: seconds | 16 base64 digits: HMAC
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

#include "auth/wall_time.h"
#include "stun/address.h"
#include "stun/integrity.h"

namespace auth {

/// The STUN Security Features (RFC 8489 18.1).
struct SecurityFeatures {
  bool password_algorithms = false;
  bool username_anonymity = false;
};

/// The features that a nonce claims; none when it does not start with the nonce cookie.
SecurityFeatures features_of(std::string_view nonce);

using Nonce = std::array<char, 37>;

class NonceSigner {
 public:
  /// `lifetime` 0: nonces never get stale.
  NonceSigner(const std::array<std::byte, 32>& key, SecurityFeatures features,
              std::chrono::seconds lifetime);

  Nonce issue(const stun::IpAddress& client, WallTime now) const;
  /// Issued to this client, by us, and not too long ago.
  bool valid(std::string_view nonce, const stun::IpAddress& client, WallTime now) const;

 private:
  Nonce sign(std::uint32_t seconds, const stun::IpAddress& client) const;

  stun::HmacSha256 hmac_;
  std::array<char, 4> features_;
  std::chrono::seconds lifetime_;
};

}  // namespace auth
