// The authenticator of one worker, as the settings say: long-term credentials and access tokens, or
// anybody.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "auth/long_term.h"
#include "auth/realms.h"
#include "relay/options/settings.h"
#include "stun/integrity.h"

namespace relay {

/// Signs nonces; all workers have the same.
using NonceKey = std::array<std::byte, 32>;
/// From --stateless-nonce-secret, so that several servers understand each other's nonces, else
/// random.
NonceKey make_nonce_key(const Settings& settings);

/// The key of a user given by key; its digits were checked when the options were read.
stun::IntegrityKey key_of(const UserSetting& user);

class Authentication {
 public:
  Authentication(const Settings& settings, const NonceKey& nonce_key);

  auth::Authenticator& authenticator() { return *authenticator_; }
  /// Tells what time it is on the wall; call every second.
  void set_wall_clock(auth::Time now);

 private:
  std::unique_ptr<auth::AccessTokenKeys> access_token_keys_;
  std::unique_ptr<auth::Authenticator> authenticator_;
  auth::Realms* realms_ = nullptr;  // null: anybody comes in
};

}  // namespace relay
