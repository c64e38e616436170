// The keys of one user, by password algorithm (RFC 8489 18.5.1). Either may be missing: of a user
// who is stored as a key, the password is not known.
#pragma once

#include <optional>

#include "auth/authenticator.h"
#include "stun/attributes.h"

namespace auth {

using UserKeys = LookUpAnswer;

inline const std::optional<stun::IntegrityKey>& key_of(const UserKeys& keys,
                                                       stun::PasswordAlgorithm algorithm) {
  return algorithm == stun::PasswordAlgorithm::sha256 ? keys.sha256 : keys.md5;
}

inline stun::IntegrityKey derive_key(stun::PasswordAlgorithm algorithm, std::string_view username,
                                     std::string_view realm, std::string_view password) {
  return algorithm == stun::PasswordAlgorithm::sha256
             ? stun::long_term_key_sha256(username, realm, password)
             : stun::long_term_key_md5(username, realm, password);
}

}  // namespace auth
