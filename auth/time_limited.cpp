#include "auth/time_limited.h"

#include <charconv>
#include <string>
#include <utility>

#include "auth/base64.h"
#include "auth/long_term.h"
#include "stun/byte_order.h"
#include "stun/integrity.h"

namespace auth {
namespace {

/// Digits and nothing else, of a number that fits.
std::optional<WallTime> parse_seconds(std::string_view text) {
  WallTime time;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, time.seconds);
  if (error != std::errc() || rest != end || text.starts_with('-')) return std::nullopt;
  return time;
}

}  // namespace

std::optional<TimeLimitedName> parse_time_limited(std::string_view username, char separator) {
  if (const auto all = parse_seconds(username)) return TimeLimitedName{*all, {}};
  const auto first = username.find(separator);
  if (first == username.npos) return std::nullopt;
  if (const auto front = parse_seconds(username.substr(0, first))) {
    return TimeLimitedName{*front, username.substr(first + 1)};
  }
  const auto last = username.rfind(separator);
  if (const auto back = parse_seconds(username.substr(last + 1))) {
    return TimeLimitedName{*back, username.substr(0, last)};
  }
  return std::nullopt;
}

std::array<char, 28> derive_password(std::string_view secret, std::string_view username) {
  return base64(stun::hmac_sha1(stun::as_bytes(secret), {stun::as_bytes(username)}));
}

TimeLimitedCredentials mint_time_limited(std::string_view secret, WallTime expires,
                                         std::string_view user_id, char separator) {
  std::string username = std::to_string(expires.seconds);
  if (!user_id.empty()) username.append(1, separator).append(user_id);
  std::string password = time_limited_password(secret, username);
  return {.username = std::move(username), .password = std::move(password)};
}

std::string time_limited_password(std::string_view secret, std::string_view username) {
  const auto password = derive_password(secret, username);
  return {password.data(), password.size()};
}

}  // namespace auth
