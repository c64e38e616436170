#include "relay/http/room_token.h"

#include "auth/signed_token.h"
#include "relay/http/forms.h"

namespace relay::http {

std::string seal(const RoomToken& token, std::string_view secret) {
  return auth::sign_token(claims_form(token), secret);
}

std::expected<RoomToken, std::string> open_room_token(std::string_view token,
                                                      std::span<const std::string> secrets,
                                                      auth::WallTime now) {
  for (const std::string& secret : secrets) {
    const auto opened = auth::open_token(token, secret);
    if (!opened) continue;
    auto claims = read_claims(opened->header, opened->claims);
    if (!claims) return std::unexpected("the token names no room or no end");
    if (claims->expires.seconds <= now.seconds) {  // RFC 7519 4.1.4
      return std::unexpected("the token has expired: ask for a new link");
    }
    return *std::move(claims);
  }
  return std::unexpected("the token was not made by this server");
}

}  // namespace relay::http
