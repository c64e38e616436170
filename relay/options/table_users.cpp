#include "relay/options/table.h"

#include <fmt/format.h>

#include "relay/options/oauth_key.h"

namespace relay::options {
namespace {

/// Every line of the file that is not blank is a secret.
Result<void> set_secret_file(Draft& draft, std::string_view path) {
  const auto text = draft.files.read(std::string(path));
  if (!text) {
    return std::unexpected(
        ValueError{fmt::format("cannot read {}: {}", path, text.error().reason)});
  }
  std::size_t found = 0;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    std::string_view line = std::string_view(*text).substr(at, end - at);
    at = end + 1;
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) continue;
    draft.settings().secrets.emplace_back(
        line.substr(first, line.find_last_not_of(" \t\r") + 1 - first));
    ++found;
  }
  if (found == 0) {
    return std::unexpected(ValueError{fmt::format("{} holds no secret; write one per line", path)});
  }
  return {};
}

Result<void> set_separator(Draft& draft, std::string_view value) {
  if (value.size() != 1 || value[0] <= ' ' || value[0] > '~') {
    return std::unexpected(
        ValueError{fmt::format("\"{}\" is not a single character; write one such as :", value)});
  }
  draft.settings().rest_api_separator = value[0];
  return {};
}

/// It goes into every 401: an answer to a stranger is not to be long.
Result<void> set_server_name(Draft& draft, std::string_view value) {
  if (value.empty() || value.size() > 255) {
    return std::unexpected(ValueError{
        "the name is empty or longer than 255 bytes; write one such as turn.example.org"});
  }
  draft.settings().server_name = value;
  return {};
}

constexpr Option table[] = {
    {.name = "lt-cred-mech",
     .letter = 'a',
     .default_value = "false",
     .help = "Ask for user name and password (long-term credentials). This is so in any case "
             "unless no-auth is given.",
     .set = [](Draft& d, std::string_view v) { return store(boolean(v), d.long_term); }},
    {.name = "no-auth",
     .letter = 'z',
     .default_value = "false",
     .help = "Let everybody relay, without user name and password.",
     .set = [](Draft& d, std::string_view v) { return store(boolean(v), d.settings().anonymous); }},
    {.name = "user",
     .letter = 'u',
     .kind = Kind::list,
     .value_name = "NAME:PASSWORD",
     .help = "A user. The password may be given as 0x and the key: MD5 of name:realm:password in "
             "32 hexadecimal digits, or SHA-256 in 64.",
     .example = "alice:correct-horse",
     .secret = Secret::after_colon,
     .set = [](Draft& d, std::string_view v) { return append(user(v), d.settings().users); }},
    {.name = "realm",
     .letter = 'r',
     .kind = Kind::value,
     .value_name = "REALM",
     .help = "The realm of the users. Without it: the domain name of this host.",
     .example = "example.org",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().realm = v;
           return Result<void>();
         }},
    {.name = "use-auth-secret",
     .default_value = "false",
     .help = "Accept time-limited credentials: the user name holds the time of expiry, the "
             "password is base64(HMAC-SHA1(secret, user name)). Without static-auth-secret a "
             "secret is made up once and kept in state-dir.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().time_limited); }},
    {.name = "static-auth-secret",
     .kind = Kind::list,
     .value_name = "SECRET",
     .help = "A secret of time-limited credentials; implies use-auth-secret.",
     .example = "a-long-random-secret",
     .secret = Secret::whole,
     .set =
         [](Draft& d, std::string_view v) {
           if (v.empty()) return Result<void>(std::unexpected(ValueError{"the secret is empty"}));
           d.settings().secrets.emplace_back(v);
           return Result<void>();
         }},
    {.name = "static-auth-secret-file",
     .kind = Kind::list,
     .value_name = "FILE",
     .help = "A file of such secrets, one per line: the command line shows nothing then.",
     .example = "/etc/turnserver/secrets",
     .set = set_secret_file},
    {.name = "rest-api-separator",
     .letter = 'C',
     .kind = Kind::value,
     .value_name = "CHARACTER",
     .default_value = ":",
     .help = "What stands between the time and the name in the user name of time-limited "
             "credentials.",
     .set = set_separator},
    {.name = "open-rooms",
     .default_value = "false",
     .help =
         "Give credentials (/api/ice, /turn) to every page that asks. Without it a server with a "
         "public address gives them to who has the link of a room alone.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().open_rooms); }},
    {.name = "stale-nonce",
     .kind = Kind::optional_number,
     .value_name = "N",
     .default_value = "600",
     .unit = "seconds",
     .help = "How long a nonce is good; 0 is for ever.",
     .set = [](Draft& d,
               std::string_view v) { return store(seconds(v), d.settings().nonce_lifetime); }},
    {.name = "stateless-nonce",
     .default_value = "true",
     .help = "Sign nonces instead of remembering them.",
     .state = State::ignored,
     .note = "nonces are always signed, never remembered",
     .off = "true"},
    {.name = "stateless-nonce-secret",
     .kind = Kind::value,
     .value_name = "SECRET",
     .help = "What nonces are signed with, so that several servers accept each other's. Without "
             "it: random at every start.",
     .example = "another-long-random-secret",
     .secret = Secret::whole,
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().nonce_secret = v;
           return Result<void>();
         }},
    {.name = "secure-stun",
     .default_value = "false",
     .help = "Ask for credentials in Binding requests too.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(boolean(v), d.settings().turn.authenticate_binding);
         }},
    {.name = "oauth",
     .default_value = "false",
     .help = "Accept access tokens (RFC 7635), sealed with one of the keys of oauth-key, besides "
             "users with passwords.",
     .set = [](Draft& d, std::string_view v) { return store(boolean(v), d.settings().oauth); }},
    {.name = "oauth-key",
     .kind = Kind::list,
     .value_name = "KEY",
     .help = "A key that an authorization server seals access tokens with: its name, 16 bytes for "
             "A128GCM or 32 for A256GCM in base64, and if wanted timestamp= and lifetime=, from "
             "when and how long it is good, in seconds. Implies oauth.",
     .example = "kid=north,key=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=,algorithm=A256GCM",
     .secret = Secret::whole,
     .set = [](Draft& d,
               std::string_view v) { return append(oauth_key(v), d.settings().oauth_keys); }},
    {.name = "server-name",
     .kind = Kind::value,
     .value_name = "NAME",
     .help = "The name of this server that access tokens are made for; clients learn it from "
             "THIRD-PARTY-AUTHORIZATION. Without it: the realm.",
     .example = "turn.example.org",
     .set = set_server_name},
};

}  // namespace

constinit const std::span<const Option> user_options{table};

}  // namespace relay::options
