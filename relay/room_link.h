// The link that lets people into a room: the call page, the room's name, and where pages give
// credentials to nobody without it, the room's token. It stands behind `#`, which browsers keep to
// themselves.
#pragma once

#include <string>
#include <string_view>

#include "auth/wall_time.h"
#include "relay/plan.h"

namespace relay {

/// Whether pages want a token: clients are told a public address, and rooms are not open.
bool asks_for_room_token(const Plan& plan);
/// `page` as of page_url(). The token is good until `until`; there is none without a secret.
std::string room_link(const std::string& page, std::string_view room, const Plan& plan,
                      auth::WallTime until);
/// The name of a room that nobody guesses.
std::string made_up_room();

}  // namespace relay
