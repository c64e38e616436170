// The keys that authorization servers seal access tokens with (RFC 7635), by their kid, which is
// what a client gives as its USERNAME.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "auth/wall_time.h"
#include "stun/aes_gcm.h"

namespace auth {

/// One key as an operator gives it, or a row of coturn's table oauth_key.
struct AccessTokenKey {
  enum class Algorithm : std::uint8_t { a128gcm, a256gcm };
  static constexpr std::size_t size_of(Algorithm algorithm) {
    return algorithm == Algorithm::a128gcm ? 16 : 32;
  }

  std::string kid;
  std::vector<std::byte> secret;  // 16 or 32 bytes, as the algorithm has it
  WallTime begins;
  std::chrono::seconds lifetime{};  // 0: for ever

  bool valid(WallTime now) const {
    return now.seconds >= begins.seconds &&
           (lifetime.count() == 0 || now.seconds < begins.seconds + lifetime.count());
  }
};

/// Whoever knows the keys. There are few of them: a store reads them all, and again from time to
/// time, outside of check().
class AccessTokenKeys {
 public:
  struct Entry {
    AccessTokenKey key;
    stun::AesGcm cipher;
  };
  virtual ~AccessTokenKeys() = default;
  /// The key of that name, or null, whether it is valid now or not. Good until the next call.
  virtual Entry* find(std::string_view kid) = 0;
};

/// Keys that stand in the configuration. Of two with one kid the later counts. One thread owns it.
class ConfiguredAccessTokenKeys : public AccessTokenKeys {
 public:
  explicit ConfiguredAccessTokenKeys(const std::vector<AccessTokenKey>& keys) {
    for (const AccessTokenKey& key : keys) {
      keys_by_kid_.insert_or_assign(key.kid, Entry{key, stun::AesGcm(key.secret)});
    }
  }
  Entry* find(std::string_view kid) override {
    const auto found = keys_by_kid_.find(kid);
    return found == keys_by_kid_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, Entry, std::less<>> keys_by_kid_;
};

}  // namespace auth
