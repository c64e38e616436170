// Who may use the relay of a room on a public server: whoever has a token of it, which stands in
// the link to the room. A JWT (RFC 7519) signed with the server's shared secret, so that an
// application can make them too.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "auth/wall_time.h"

namespace relay::http {

struct RoomToken {
  std::string room;
  std::string role = "member";
  auth::WallTime expires;
};

std::string seal(const RoomToken& token, std::string_view secret);

/// The error is a clause for whoever holds it. Signed with one of `secrets`.
std::expected<RoomToken, std::string> open_room_token(std::string_view token,
                                                      std::span<const std::string> secrets,
                                                      auth::WallTime now);

}  // namespace relay::http
