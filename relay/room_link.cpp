#include "relay/room_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "relay/http/query.h"
#include "relay/http/room_token.h"
#include "relay/net/csprng.h"
#include "relay/plan_addresses.h"

namespace relay {

bool asks_for_room_token(const Plan& plan) {
  const Settings& settings = plan.settings;
  if (settings.open_rooms || settings.anonymous || plan.turn.stun_only) return false;
  return advertises_public_address(plan);
}

std::string room_link(const std::string& page, std::string_view room, const Plan& plan,
                      auth::WallTime until) {
  std::string link = fmt::format("{}#room={}", page, http::percent_encode(room));
  if (!plan.settings.secrets.empty()) {
    const http::RoomToken token{.room = std::string(room), .expires = until};
    link += "&token=" + http::seal(token, plan.settings.secrets.front());
  }
  return link;
}

std::string made_up_room() {
  constexpr std::string_view letters = "abcdefghjkmnpqrstuvwxyz23456789";  // hard to confuse
  std::array<std::byte, 10> random;
  net::Csprng().fill(random);
  std::string name;
  for (const std::byte byte : random) name += letters[std::to_integer<std::size_t>(byte) % 31];
  return name;
}

}  // namespace relay
