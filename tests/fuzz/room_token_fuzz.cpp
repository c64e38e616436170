// The token of a room (RFC 7519) from strangers, and its claims from somebody who has the secret:
// nobody without it makes a token, and what is read out of claims seals to the same again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "auth/signed_token.h"
#include "relay/http/forms.h"
#include "relay/http/room_token.h"

namespace relay::http {
namespace {

const std::vector<std::string> secrets{"logen", "north"};
constexpr auth::WallTime now{1'700'000'000};

void require(bool condition) {
  if (!condition) std::abort();
}

/// The input as claims that were signed with the secret.
void open_signed(std::string_view claims) {
  const auto opened = open_room_token(auth::sign_token(claims, secrets.back()), secrets, now);
  if (!opened) return;
  require(!opened->room.empty() && !opened->role.empty() && opened->expires.seconds > now.seconds);
  const std::string sealed = seal(*opened, secrets.front());
  if (sealed.size() > auth::max_token_size) return;  // A role has joined the claims.
  const auto again = open_room_token(sealed, secrets, now);
  require(again && again->room == opened->room && again->role == opened->role &&
          again->expires.seconds == opened->expires.seconds);
}

/// The input as header and claims, a line each.
void read_both(std::string_view text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const auto read = read_claims(text.substr(0, end), text.substr(std::min(end + 1, text.size())));
  require(!read || read->expires.seconds >= 0);
}

}  // namespace
}  // namespace relay::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  relay::http::require(!relay::http::open_room_token(input, relay::http::secrets, {0}));
  relay::http::open_signed(input);
  relay::http::read_both(input);
  return 0;
}
