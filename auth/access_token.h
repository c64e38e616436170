// An access token (RFC 7635 6.2): what an authorization server gives a client in place of a
// password. It holds a key to sign requests with and says how long it is good, sealed so that the
// STUN server alone, whose name it is made for, can read it. On the wire:
//
//   2 bytes: size of the nonce, always 12 | nonce | sealed block | 16 bytes: tag
//   the block: 2 bytes: size of mac_key | mac_key | 8 bytes: timestamp, 48.16 | 4 bytes: lifetime
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "auth/wall_time.h"
#include "stun/aes_gcm.h"
#include "stun/integrity.h"

namespace auth {

struct AccessToken {
  stun::IntegrityKey mac_key;  // 20 bytes (for HMAC-SHA1) or 32 (for HMAC-SHA256)
  WallTime issued;
  std::chrono::seconds lifetime{};

  /// Nothing: `token` was not sealed with this key for this server, or it is malformed. Takes
  /// nothing from the heap.
  static std::optional<AccessToken> unseal(stun::Bytes token, stun::AesGcm& key,
                                           std::string_view server_name);
  std::vector<std::byte> seal(const stun::AesGcm::Nonce& nonce, stun::AesGcm& key,
                              std::string_view server_name) const;

  /// How long it is still good, never longer than its lifetime; nothing: it is over, or made in a
  /// future that no clock's error explains.
  std::optional<std::chrono::seconds> remaining(WallTime now) const;
};

}  // namespace auth
