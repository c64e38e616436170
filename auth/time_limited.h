// Time-limited credentials: whoever holds a shared secret gives out user names that say when they
// end, and passwords that follow from name and secret. (draft-uberti-behave-turn-rest; what coturn
// calls its REST API.)
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "auth/wall_time.h"

namespace auth {

struct TimeLimitedName {
  WallTime expires;          // valid up to and including this second
  std::string_view user_id;  // who stays the same from one credential to the next; may be empty
};

/// `expiry:name`, `name:expiry` or the bare expiry, seconds since 1970 in decimal. Nothing: the
/// name is not of that form. Of two numbers the first is the expiry.
std::optional<TimeLimitedName> parse_time_limited(std::string_view username, char separator);

/// base64(HMAC-SHA1(secret, username)), on the stack.
std::array<char, 28> derive_password(std::string_view secret, std::string_view username);

struct TimeLimitedCredentials {
  std::string username, password;
};

/// Good until `expires`; `user_id` says whose they are, in logs and to quotas, and may be empty.
TimeLimitedCredentials mint_time_limited(std::string_view secret, WallTime expires,
                                         std::string_view user_id, char separator);

}  // namespace auth
