// One way in, out of all that the settings allow: for the self-test, and for whoever copies the
// start-up screen.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relay/options/settings.h"
#include "stun/integrity.h"

namespace relay::self_test {

/// How the client proves who it is: a password, or the key that stands for it.
struct Credentials {
  std::string username;
  std::string password;
  std::optional<stun::IntegrityKey> key;
  std::vector<std::byte> access_token;  // which `key` is in; empty: none
};

/// A user with a password if there is one, else a fresh time-limited credential, else a user by
/// key, else a fresh access token. Nothing: everybody may come in.
std::optional<Credentials> credentials_of(const Settings& settings);

}  // namespace relay::self_test
