#include "relay/authentication.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <vector>

#include "relay/net/csprng.h"

namespace relay {
namespace {

auth::StaticUser static_user(const UserSetting& user) {
  auth::StaticUser known{.name = user.name, .password = user.password, .key = {}};
  if (!user.key_hex.empty()) known.key = key_of(user);
  return known;
}

auth::LongTermConfig long_term_config(const Settings& settings, const NonceKey& nonce_key) {
  auth::LongTermConfig config;
  config.realm = settings.realm;
  std::ranges::transform(settings.users, std::back_inserter(config.users), static_user);
  config.secrets = settings.secrets;
  config.separator = settings.rest_api_separator;
  config.nonce_lifetime = settings.nonce_lifetime;
  config.nonce_key = nonce_key;
  return config;
}

void add_to(auth::RealmConfig& config, const RealmSetting& realm) {
  config.origins.insert(config.origins.end(), realm.origins.begin(), realm.origins.end());
  auth::LongTermConfig& credentials = config.credentials;
  std::ranges::transform(realm.users, std::back_inserter(credentials.users), static_user);
  credentials.secrets.insert(credentials.secrets.end(), realm.secrets.begin(), realm.secrets.end());
}

/// The realm of `-r`, which is `first`. The others are as that one, but for users and secrets.
std::vector<auth::RealmConfig> realm_configs(const Settings& settings,
                                             const auth::LongTermConfig& first) {
  std::vector<auth::RealmConfig> configs{{.credentials = first}};
  for (const RealmSetting& realm : settings.realms) {
    if (realm.name == settings.realm) {
      add_to(configs.front(), realm);
      continue;
    }
    auth::RealmConfig config{.credentials = first};
    config.credentials.realm = realm.name;
    config.credentials.users.clear();
    config.credentials.secrets.clear();
    add_to(config, realm);
    configs.push_back(std::move(config));
  }
  return configs;
}

}  // namespace

stun::IntegrityKey key_of(const UserSetting& user) {
  const auto digit = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  };
  const std::string_view hex = user.key_hex;
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return stun::IntegrityKey(bytes);
}

NonceKey make_nonce_key(const Settings& settings) {
  if (settings.nonce_secret.empty()) {
    NonceKey key;
    net::Csprng().fill(key);
    return key;
  }
  static constexpr std::string_view purpose = "nonce key";
  return stun::hmac_sha256(std::as_bytes(std::span(settings.nonce_secret)),
                           {std::as_bytes(std::span(purpose))});
}

Authentication::Authentication(const Settings& settings, const NonceKey& nonce_key) {
  if (settings.anonymous) {
    authenticator_ = std::make_unique<auth::Anonymous>();
    return;
  }
  auth::LongTermConfig config = long_term_config(settings, nonce_key);
  if (settings.oauth) {
    access_token_keys_ = std::make_unique<auth::ConfiguredAccessTokenKeys>(settings.oauth_keys);
    config.access_token_keys = access_token_keys_.get();
    config.server_name = settings.server_name;
  }
  auto realms = std::make_unique<auth::Realms>(realm_configs(settings, config));
  realms_ = realms.get();
  authenticator_ = std::move(realms);
}

void Authentication::set_wall_clock(auth::Time now) {
  if (realms_ == nullptr) return;
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  realms_->set_wall_clock({std::chrono::duration_cast<std::chrono::seconds>(wall).count()}, now);
}

}  // namespace relay
