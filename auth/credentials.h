// What a request says about its sender (RFC 8489 9.2.4): a name, a realm, a nonce, and a signature
// under a key that only the named user has. Views into the request.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "auth/authenticator.h"
#include "stun/attributes.h"

namespace auth {

/// The signature that counts: MESSAGE-INTEGRITY-SHA256 where it is present, else
/// MESSAGE-INTEGRITY, else none.
Signature::Algorithm signature_of(const stun::MessageView& request);

struct Credentials {
  Signature::Algorithm signature{};
  std::optional<std::string_view> username;  // or else:
  stun::Bytes user_hash;
  std::string_view realm;
  std::string_view nonce;

  /// The credentials of a signed request; nothing when one of them is missing or too long.
  static std::optional<Credentials> of(const stun::MessageView& request);
};

/// The algorithm that made the key, by the nonce cookie's rules (RFC 8489 9.2.4). Nothing when what
/// the client saw is not what we `offered`: somebody between us changed it.
std::optional<stun::PasswordAlgorithm> password_algorithm_of(
    const stun::MessageView& request, std::string_view nonce,
    const std::vector<stun::PasswordAlgorithm>& offered);

/// The request is signed with `key`. Without a key the answer is no, at the same expense: how long
/// it takes does not tell whether there is such a user.
bool is_signed_with(const std::optional<stun::IntegrityKey>& key, Signature::Algorithm signature,
                    const stun::MessageView& request);

}  // namespace auth
