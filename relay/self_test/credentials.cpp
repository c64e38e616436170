#include "relay/self_test/credentials.h"

#include <algorithm>
#include <chrono>

#include "auth/access_token.h"
#include "auth/time_limited.h"
#include "relay/authentication.h"
#include "relay/net/csprng.h"
#include "relay/plan.h"

namespace relay::self_test {
namespace {

constexpr std::chrono::hours minted_for{24};

Credentials mint(const Settings& settings) {
  const auto expiry =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() + minted_for);
  auto minted =
      auth::mint_time_limited(settings.secrets.front(), {expiry.time_since_epoch().count()},
                              made_up_user, settings.rest_api_separator);
  return {.username = std::move(minted.username),
          .password = std::move(minted.password),
          .key = std::nullopt,
          .access_token = {}};
}

/// What an authorization server does (RFC 7635); with the first key that is good now.
std::optional<Credentials> mint_access_token(const Settings& settings) {
  const auto wall = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auth::WallTime now{wall.time_since_epoch().count()};
  const auto key = std::ranges::find_if(
      settings.oauth_keys, [&](const auth::AccessTokenKey& each) { return each.valid(now); });
  if (key == settings.oauth_keys.end()) return std::nullopt;
  net::Csprng random;
  std::array<std::byte, 20> mac_key;
  stun::AesGcm::Nonce nonce;
  random.fill(mac_key);
  random.fill(nonce);
  const auth::AccessToken token{
      .mac_key = stun::IntegrityKey(mac_key), .issued = now, .lifetime = minted_for};
  stun::AesGcm cipher(key->secret);
  return Credentials{.username = key->kid,
                     .password = {},
                     .key = token.mac_key,
                     .access_token = token.seal(nonce, cipher, settings.server_name)};
}

}  // namespace

std::optional<Credentials> credentials_of(const Settings& settings) {
  if (settings.anonymous) return std::nullopt;
  const auto with_password = std::ranges::find_if(
      settings.users, [](const UserSetting& user) { return user.key_hex.empty(); });
  if (with_password != settings.users.end()) {
    return Credentials{with_password->name, with_password->password, std::nullopt, {}};
  }
  if (!settings.secrets.empty()) return mint(settings);
  if (settings.users.empty()) return mint_access_token(settings);
  const UserSetting& user = settings.users.front();
  return Credentials{user.name, "", key_of(user), {}};
}

}  // namespace relay::self_test
