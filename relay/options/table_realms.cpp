// Realms besides the one of --realm. Each value begins with the realm's name; turnserver.yaml may
// have them as a map instead (realms: NAME: origin: ...), see yaml_realms.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr std::uint64_t max_count = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t max_rate = 1'000'000'000'000;  // bytes per second

/// The realm that a value is about, made when it is new, and the rest of the value.
struct OfRealm {
  RealmSetting& realm;
  std::string_view value;
  std::size_t at;  // where that begins
};

Result<OfRealm> of_realm(Draft& draft, std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size()) {
    return std::unexpected(
        ValueError{fmt::format("\"{}\" names no realm and value; write REALM=VALUE such as "
                               "example.org=https://www.example.org",
                               text),
                   equals == 0 || equals == std::string_view::npos ? 0 : equals + 1});
  }
  auto& realms = draft.settings().realms;
  const std::string_view name = text.substr(0, equals);
  auto realm = std::ranges::find(realms, name, &RealmSetting::name);
  if (realm == realms.end()) {
    realms.push_back({.name = std::string(name)});
    realm = realms.end() - 1;
  }
  return OfRealm{*realm, text.substr(equals + 1), equals + 1};
}

/// Hands the value to `set`, and puts the caret of its errors right.
template <typename Set>
Result<void> in_realm(Draft& draft, std::string_view text, const Set& set) {
  const Result<OfRealm> target = of_realm(draft, text);
  if (!target) return std::unexpected(target.error());
  Result<void> done = set(target->realm, target->value);
  if (!done) done.error().at += target->at;
  return done;
}

constexpr Option table[] = {
    {.name = "realm-origin",
     .kind = Kind::list,
     .value_name = "REALM=ORIGIN",
     .help = "Clients from pages of this origin (ORIGIN) belong to that realm; others to the one "
             "of realm.",
     .example = "example.org=https://www.example.org",
     .set =
         [](Draft& d, std::string_view v) {
           return in_realm(d, v, [](RealmSetting& realm, std::string_view origin) {
             realm.origins.emplace_back(origin);
             return Result<void>();
           });
         }},
    {.name = "realm-user",
     .kind = Kind::list,
     .value_name = "REALM=NAME:PASSWORD",
     .help = "A user of that realm, as in user.",
     .example = "example.org=alice:correct-horse",
     .secret = Secret::after_colon,
     .set =
         [](Draft& d, std::string_view v) {
           return in_realm(d, v, [](RealmSetting& realm, std::string_view text) {
             return append(user(text), realm.users);
           });
         }},
    {.name = "realm-auth-secret",
     .kind = Kind::list,
     .value_name = "REALM=SECRET",
     .help = "A secret of time-limited credentials of that realm, as in static-auth-secret.",
     .example = "example.org=a-long-random-secret",
     .secret = Secret::whole,
     .set =
         [](Draft& d, std::string_view v) {
           return in_realm(d, v, [](RealmSetting& realm, std::string_view secret) {
             realm.secrets.emplace_back(secret);
             return Result<void>();
           });
         }},
    {.name = "realm-user-quota",
     .kind = Kind::list,
     .value_name = "REALM=N",
     .unit = "allocations",
     .help = "user-quota of that realm.",
     .example = "example.org=10",
     .set =
         [](Draft& d, std::string_view v) {
           return in_realm(d, v, [](RealmSetting& realm, std::string_view text) {
             return store(number(text, 0, max_count), realm.user_quota);
           });
         }},
    {.name = "realm-total-quota",
     .kind = Kind::list,
     .value_name = "REALM=N",
     .unit = "allocations",
     .help = "total-quota of that realm.",
     .example = "example.org=1000",
     .set =
         [](Draft& d, std::string_view v) {
           return in_realm(d, v, [](RealmSetting& realm, std::string_view text) {
             return store(number(text, 0, max_count), realm.total_quota);
           });
         }},
    {.name = "realm-max-bps",
     .kind = Kind::list,
     .value_name = "REALM=N",
     .unit = "bytes per second",
     .help = "max-bps of that realm.",
     .example = "example.org=250000",
     .set =
         [](Draft& d, std::string_view v) {
           return in_realm(d, v, [](RealmSetting& realm, std::string_view text) {
             return store(number(text, 0, max_rate), realm.max_bps);
           });
         }},
    {.name = "check-origin-consistency",
     .default_value = "false",
     .help = "Refuse requests whose ORIGIN is not the one that their client allocated with.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().turn.check_origin); }},
};

}  // namespace

constinit const std::span<const Option> realm_options{table};

}  // namespace relay::options
