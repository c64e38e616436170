// Third-party authorization (RFC 7635) beside users with passwords.
#include <catch2/catch.hpp>

#include "auth/access_token.h"
#include "tests/auth/bench.h"
#include "tests/support/heap_count.h"

namespace auth {
namespace {

constexpr std::string_view server_name = "turn.example.org";

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = stun::as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

ConfiguredAccessTokenKeys keys() {
  return ConfiguredAccessTokenKeys({
      {"north", bytes_of("01234567890123456789012345678901"), {}, {}},
      {"union", bytes_of("1234567890123456"), {}, {}},
      {"old", bytes_of("1234567890123456"), {1'600'000'000}, 1000s},
      {"coming", bytes_of("1234567890123456"), {1'700'000'001}, {}},
  });
}

struct TokenBench {
  static LongTermConfig with_tokens(AccessTokenKeys& known) {
    LongTermConfig config = config_with_user();
    config.access_token_keys = &known;
    config.server_name = server_name;
    return config;
  }

  /// The wall clock of a bench starts at 1,700,000,000.
  std::vector<std::byte> seal(std::string_view kid, const AccessToken& token,
                              std::string_view made_for = server_name) {
    return token.seal({}, known.find(kid)->cipher, made_for);
  }
  Request request(std::string_view kid, std::size_t key_size = 20) {
    return request(
        kid, {stun::IntegrityKey(bytes_of(mac_key.substr(0, key_size))), {1'700'000'000}, 3600s});
  }
  Request request(std::string_view kid, const AccessToken& token) {
    const Challenge seen = bench.challenge();
    return {.username = std::string(kid),
            .realm = seen.realm,
            .nonce = seen.nonce,
            .access_token = seal(kid, token),
            .integrity = Integrity::sha1,
            .key = token.mac_key};
  }

  static constexpr std::string_view mac_key = "a mac_key of thirty-two letters.";
  ConfiguredAccessTokenKeys known = keys();
  Bench bench{with_tokens(known)};
};

TEST_CASE("a challenge names the server that tokens are made for", "[auth][rfc7635-7]") {
  CHECK(TokenBench().bench.challenge().server_name == server_name);
  CHECK_FALSE(Bench(config_with_user()).challenge().server_name);
}

TEST_CASE("who signs with the key of a good token gets in", "[auth][rfc7635-7]") {
  TokenBench tokens;
  const std::string kid = GENERATE("north", "union");
  const std::size_t key_size = GENERATE(20u, 32u);
  Request request = tokens.request(kid, key_size);
  request.integrity = GENERATE(Integrity::sha1, Integrity::sha256);
  const Verdict verdict = tokens.bench.check(request);
  CHECK(to_string(verdict) == "accepted " + kid);
  const auto& accepted = std::get<Accepted>(verdict);
  CHECK(accepted.lifetime_limit == 3600s);
  CHECK(accepted.signature.key == request.key);
  CHECK(accepted.signature.algorithm == request.integrity);
}

TEST_CASE("coturn's clients sign with sixteen bytes of the key", "[auth][rfc7635-7]") {
  TokenBench tokens;
  Request request = tokens.request("north");
  request.key = stun::IntegrityKey(request.key.bytes().first(16));
  const Verdict verdict = tokens.bench.check(request);
  CHECK(to_string(verdict) == "accepted north");
  CHECK(std::get<Accepted>(verdict).signature.key == request.key);
  request.integrity = Integrity::sha256;
  CHECK(to_string(tokens.bench.check(request)) == "401 wrong password");
}

TEST_CASE("a token limits what is granted to what is left of it", "[auth][rfc7635-7]") {
  TokenBench tokens;
  Request request = tokens.request("north");
  tokens.bench.now += 3500s;
  request.nonce = tokens.bench.challenge().nonce;
  CHECK(std::get<Accepted>(tokens.bench.check(request)).lifetime_limit == 105s);
  tokens.bench.now += 105s;
  request.nonce = tokens.bench.challenge().nonce;
  CHECK(to_string(tokens.bench.check(request)) == "401 access token expired");
}

TEST_CASE("nobody gets in with less than a token and its key", "[auth][rfc7635-7]") {
  TokenBench tokens;
  const AccessToken token{
      stun::IntegrityKey(bytes_of("01234567890123456789")), {1'700'000'000}, 3600s};
  Request request = tokens.request("north", token);
  const auto verdict = [&] { return to_string(tokens.bench.check(request)); };

  SECTION("another key") {
    request.key = stun::IntegrityKey(bytes_of("98765432109876543210"));
    CHECK(verdict() == "401 wrong password");
  }
  SECTION("no signature") {
    request.integrity = Integrity::none;
    CHECK(verdict() == "401 no credentials");
  }
  SECTION("a name that no key has") {
    request.username = "south";
    CHECK(verdict() == "401 no key of that name for access tokens");
  }
  SECTION("the name of another key") {
    request.username = "union";
    CHECK(verdict() == "401 access token not made with that key for this server");
  }
  SECTION("a key whose time is over, or has yet to come") {
    const std::string kid = GENERATE("old", "coming");
    request.username = kid;
    request.access_token = tokens.seal(kid, token);
    CHECK(verdict() == "401 no key of that name for access tokens");
  }
  SECTION("a token for another server") {
    request.access_token = tokens.seal("north", token, "turn.example.com");
    CHECK(verdict() == "401 access token not made with that key for this server");
  }
  SECTION("an empty token") {
    request.access_token.emplace();
    CHECK(verdict() == "401 access token not made with that key for this server");
  }
  SECTION("a token of the day before") {
    request = tokens.request("north", {token.mac_key, {1'700'000'000 - 86400}, 3600s});
    CHECK(verdict() == "401 access token expired");
  }
  SECTION("another realm") {
    request.realm = "example.net";
    CHECK(verdict() == "401 wrong realm");
  }
  SECTION("no user name") {
    request.username.reset();
    CHECK(verdict() == "400 credentials incomplete");
  }
  SECTION("a nonce that is not ours") {
    request.nonce = "obMatJos2AAAA0123456789abcdef";
    CHECK(verdict() == "438 stale nonce");
  }
  SECTION("the right ones are let in") { CHECK(verdict() == "accepted north"); }
}

TEST_CASE("a token that was not asked for is an unknown attribute", "[auth][rfc7635-7]") {
  TokenBench tokens;
  const Request request = tokens.request("north");
  Bench without(config_with_user());
  CHECK(to_string(without.check(request)) == "420 access tokens are not asked for");
  Anonymous anybody;
  const auto bytes = request.encode();
  CHECK(to_string(anybody.check(stun::MessageView::parse(bytes).value(), without.client, {})) ==
        "420 access tokens are not asked for");
}

TEST_CASE("users with passwords get in beside tokens", "[auth][rfc7635-7]") {
  TokenBench tokens;
  const Verdict verdict = tokens.bench.check(tokens.bench.md5_request("lqf", "123456"));
  CHECK(to_string(verdict) == "accepted lqf");
  CHECK_FALSE(std::get<Accepted>(verdict).lifetime_limit);
}

TEST_CASE("after a token its key signs what follows", "[auth][rfc7635-7]") {
  TokenBench tokens;
  Request request = tokens.request("north");
  request.access_token.reset();
  const Session session{"north", Session::Token{request.key, tokens.bench.now + 100s}};
  const auto verdict = [&] { return to_string(tokens.bench.check(request, session)); };
  const Verdict accepted = tokens.bench.check(request, session);
  CHECK(to_string(accepted) == "accepted north");
  CHECK(std::get<Accepted>(accepted).lifetime_limit == 100s);
  CHECK(to_string(tokens.bench.check(request)) == "401 unknown user");

  SECTION("no other key does") {
    request.key = stun::IntegrityKey(bytes_of("98765432109876543210"));
    CHECK(verdict() == "401 wrong password");
  }
  SECTION("nor under another name") {
    request.username = "union";
    CHECK(verdict() == "401 unknown user");
  }
  SECTION("nor when the token is over") {
    tokens.bench.now += 100s;
    CHECK(verdict() == "401 unknown user");
  }
  SECTION("nonces get stale as ever") {
    request.nonce = "obMatJos2AAAA0123456789abcdef";
    CHECK(verdict() == "438 stale nonce");
  }
  SECTION("the next token takes its place") {
    request = tokens.request("union");
    CHECK(verdict() == "accepted union");
  }
}

TEST_CASE("tokens that are refused allocate nothing", "[auth][allocation]") {
  TokenBench tokens;
  Request bad = tokens.request("north");
  bad.access_token->back() ^= std::byte{1};
  Request badly_signed = tokens.request("north");
  badly_signed.key = stun::IntegrityKey(bytes_of("98765432109876543210"));
  for (const Request& request : {bad, badly_signed}) {
    const auto bytes = request.encode();
    const auto message = stun::MessageView::parse(bytes).value();
    const auto before = support::heap_allocations();
    const Verdict verdict =
        tokens.bench.authenticator.check(message, tokens.bench.client, tokens.bench.now);
    CHECK(support::heap_allocations() == before);
    CHECK(std::holds_alternative<Refused>(verdict));
  }
}

}  // namespace
}  // namespace auth
