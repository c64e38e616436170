#include "relay/self_test/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "auth/long_term.h"
#include "relay/authentication.h"
#include "relay/plan.h"

namespace relay::self_test {
namespace {

constexpr std::chrono::hours minted_for{24};

Credentials mint(const Settings& settings) {
  const auto expiry =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() + minted_for);
  const std::string username = fmt::format("{}{}{}", expiry.time_since_epoch().count(),
                                           settings.rest_api_separator, made_up_user);
  return {.username = username,
          .password = auth::time_limited_password(settings.secrets.front(), username),
          .key = std::nullopt};
}

}  // namespace

std::optional<Credentials> credentials_of(const Settings& settings) {
  if (settings.anonymous) return std::nullopt;
  const auto with_password = std::ranges::find_if(
      settings.users, [](const UserSetting& user) { return user.key_hex.empty(); });
  if (with_password != settings.users.end()) {
    return Credentials{with_password->name, with_password->password, std::nullopt};
  }
  if (!settings.secrets.empty()) return mint(settings);
  if (settings.users.empty()) return std::nullopt;
  const UserSetting& user = settings.users.front();
  return Credentials{user.name, "", key_of(user)};
}

}  // namespace relay::self_test
