// A JSON Web Token signed with a shared secret (RFC 7519, RFC 7515, HS256 of RFC 7518 3.2) in its
// compact form: `header.claims.signature`. What the claims say is for others to read; here they are
// bytes that only who knows the secret can have written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace auth {

/// Longer ones are not looked at.
inline constexpr std::size_t max_token_size = 2048;

/// `claims` is a JSON object.
std::string sign_token(std::string_view claims, std::string_view secret);

struct SignedToken {
  std::string header, claims;  // as they came
};
/// Nothing: it is not of that form, or not signed with that secret. Whether the header asks for
/// something that the reader does not know (RFC 7515 4.1.11) is for the caller to judge.
std::optional<SignedToken> open_token(std::string_view token, std::string_view secret);

}  // namespace auth
