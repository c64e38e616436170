#include "auth/signed_token.h"

#include <vector>

#include "auth/base64.h"
#include "stun/integrity.h"

namespace auth {
namespace {

constexpr std::string_view header = R"({"alg":"HS256","typ":"JWT"})";

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string sign_token(std::string_view claims, std::string_view secret) {
  const std::string signed_part =
      base64url(stun::as_bytes(header)) + "." + base64url(stun::as_bytes(claims));
  return signed_part + "." +
         base64url(stun::hmac_sha256(stun::as_bytes(secret), {stun::as_bytes(signed_part)}));
}

std::optional<SignedToken> open_token(std::string_view token, std::string_view secret) {
  const std::size_t first = token.find('.'), last = token.rfind('.');
  if (token.size() > max_token_size || first == last ||
      token.find('.', first + 1) != last) {  // RFC 7515 7.1: two dots
    return std::nullopt;
  }
  const auto signature = decode_base64url(token.substr(last + 1));
  const auto expected =
      stun::hmac_sha256(stun::as_bytes(secret), {stun::as_bytes(token.substr(0, last))});
  if (!signature || !stun::equal_constant_time(*signature, expected)) return std::nullopt;
  const auto head = decode_base64url(token.substr(0, first));
  const auto claims = decode_base64url(token.substr(first + 1, last - first - 1));
  if (!head || !claims) return std::nullopt;
  return SignedToken{text_of(*head), text_of(*claims)};
}

}  // namespace auth
