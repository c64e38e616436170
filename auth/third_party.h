// Third-party authorization (RFC 7635): a client proves who it is by an access token, which tells
// the key that it signs with. Beside users with passwords, and behind the same nonces.
#pragma once

#include <string_view>

#include "auth/access_token_keys.h"
#include "auth/authenticator.h"
#include "auth/credentials.h"

namespace auth {

/// Whether a request with ACCESS-TOKEN is signed with the key that its token holds, and how long
/// that is good. The name of an accepted one is the kid, as `keys` has it.
Verdict check_access_token(const stun::MessageView& request, const Credentials& credentials,
                           AccessTokenKeys& keys, std::string_view server_name,
                           std::string_view realm, WallTime now);

}  // namespace auth
