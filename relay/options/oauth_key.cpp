#include "relay/options/oauth_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "auth/base64.h"
#include "stun/attributes.h"

namespace relay::options {
namespace {

using Algorithm = auth::AccessTokenKey::Algorithm;

constexpr std::string_view form = "write kid=NAME,key=BASE64,algorithm=A256GCM";
constexpr std::array<std::string_view, 5> names{"kid", "key", "algorithm", "timestamp", "lifetime"};

std::unexpected<ValueError> wrong(std::size_t at, std::string message) {
  return std::unexpected(ValueError{std::move(message), at});
}

/// One field's value and where in the whole it stands.
struct Field {
  std::string_view value;
  std::size_t at = 0;
  bool given = false;
};
using Fields = std::array<Field, names.size()>;
enum : std::size_t { kid, key, algorithm, timestamp, lifetime };

Result<Fields> split(std::string_view text) {
  Fields fields;
  for (std::size_t at = 0; at <= text.size();) {
    const std::string_view part = text.substr(at, text.find(',', at) - at);
    const std::size_t equals = part.find('=');
    const auto name = std::ranges::find(names, part.substr(0, equals));
    if (equals == std::string_view::npos || name == names.end()) {
      return wrong(at, fmt::format("\"{}\" is not a field of a key; {}", part, form));
    }
    Field& field = fields[static_cast<std::size_t>(name - names.begin())];
    if (field.given) return wrong(at, fmt::format("{} is given twice", *name));
    field = {part.substr(equals + 1), at + equals + 1, true};
    at += part.size() + 1;
  }
  return fields;
}

Result<Algorithm> algorithm_of(const Field& field) {
  if (!field.given || field.value == "A256GCM") return Algorithm::a256gcm;
  if (field.value == "A128GCM") return Algorithm::a128gcm;
  return wrong(field.at, fmt::format("\"{}\" is not an algorithm of access tokens; write A256GCM "
                                     "or A128GCM",
                                     field.value));
}

/// As coturn does, of a key that is too long the first bytes count: `echo ... | base64` has one
/// byte too many.
Result<std::vector<std::byte>> secret_of(const Field& field, Algorithm algorithm) {
  auto secret = auth::decode_base64(field.value);
  if (!secret) {
    return wrong(field.at + secret.error(),
                 "this is not base64; write what openssl rand -base64 32 prints");
  }
  const std::size_t size = auth::AccessTokenKey::size_of(algorithm);
  if (secret->size() < size) {
    return wrong(field.at,
                 fmt::format("the key is {} bytes long; {} needs {}: write what openssl "
                             "rand -base64 {} prints",
                             secret->size(), size == 16 ? "A128GCM" : "A256GCM", size, size));
  }
  secret->resize(size);
  return *std::move(secret);
}

Result<std::chrono::seconds> seconds_of(const Field& field) {
  if (!field.given) return std::chrono::seconds(0);
  auto value = seconds(field.value);
  if (!value) value.error().at += field.at;
  return value;
}

}  // namespace

Result<auth::AccessTokenKey> oauth_key(std::string_view text) {
  const auto fields = split(text);
  if (!fields) return std::unexpected(fields.error());
  const Field& name = (*fields)[kid];
  if (name.value.empty() || name.value.size() > stun::max_username) {
    return wrong(name.at, fmt::format("the key's name (kid) is {}; {}",
                                      name.value.empty() ? "missing" : "too long", form));
  }
  if (!(*fields)[key].given) return wrong(text.size(), fmt::format("the key is missing; {}", form));
  const auto chosen = algorithm_of((*fields)[algorithm]);
  if (!chosen) return std::unexpected(chosen.error());
  auto secret = secret_of((*fields)[key], *chosen);
  if (!secret) return std::unexpected(secret.error());
  const auto begins = seconds_of((*fields)[timestamp]);
  if (!begins) return std::unexpected(begins.error());
  const auto good_for = seconds_of((*fields)[lifetime]);
  if (!good_for) return std::unexpected(good_for.error());
  return auth::AccessTokenKey{.kid = std::string(name.value),
                              .secret = *std::move(secret),
                              .begins = {begins->count()},
                              .lifetime = *good_for};
}

}  // namespace relay::options
