// What is given out, checked against the side that lets in, and against the RFCs' own examples.
#include <catch2/catch.hpp>

#include "auth/base64.h"
#include "auth/signed_token.h"
#include "auth/time_limited.h"
#include "tests/auth/bench.h"

namespace auth {
namespace {

TEST_CASE("minted credentials get in until they end, and say whose they are", "[auth][minting]") {
  Bench bench(config_with_secrets());  // its clock starts at 1,700,000,000
  const std::string user_id = GENERATE("alice", "", "7", "2001:db8::7", "王小明", "a b\"c");
  CAPTURE(user_id);
  const auto minted = mint_time_limited("logen", WallTime{1700003600}, user_id, ':');
  const auto request = bench.md5_request(minted.username, minted.password);
  CHECK(to_string(bench.check(request)) == "accepted " + minted.username);
  CHECK(parse_time_limited(minted.username, ':')->user_id == user_id);
  bench.now += 3601s;
  CHECK(to_string(bench.check(bench.md5_request(minted.username, minted.password))) ==
        "401 credentials expired");
}

TEST_CASE("a minted credential is what openssl computes", "[auth][minting]") {
  // printf %s 1700003600:alice | openssl dgst -sha1 -hmac logen -binary | base64
  const auto minted = mint_time_limited("logen", WallTime{1700003600}, "alice", ':');
  CHECK(minted.username == "1700003600:alice");
  CHECK(minted.password == "d+h+qxTp/LWqQk/C8XWBzn3l8uM=");
  CHECK(mint_time_limited("logen", WallTime{1700003600}, "", ':').username == "1700003600");
  CHECK(mint_time_limited("logen", WallTime{5}, "bob", '-').username == "5-bob");
}

std::string_view text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST_CASE("base64url is that of RFC 4648", "[auth][rfc4648-5]") {
  const auto [plain, coded] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"f", "Zg"},
      {"fo", "Zm8"},
      {"foo", "Zm9v"},
      {"foobar", "Zm9vYmFy"},
      {"\xfb\xff\xfe", "-__-"},
  }));
  CHECK(base64url(stun::as_bytes(plain)) == coded);
  REQUIRE(decode_base64url(coded));
  CHECK(text_of(*decode_base64url(coded)) == plain);
}

TEST_CASE("what is not base64url in one way alone is refused", "[auth][rfc4648-5]") {
  CHECK_FALSE(decode_base64url(GENERATE("Zg==", "Zm8=", "+/+/", "Z", "Zm9vZ", "Zh", "Z g", "=")));
}

// RFC 7515 A.1.
constexpr std::string_view example =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view example_key =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

TEST_CASE("the token of RFC 7515 opens with its key, and with no other", "[auth][rfc7515-7.1]") {
  const auto key = decode_base64url(example_key).value();
  const auto opened = open_token(example, text_of(key));
  REQUIRE(opened);
  CHECK(opened->claims ==
        "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
  CHECK_FALSE(open_token(example, "logen"));
  CHECK_FALSE(open_token(example, ""));
}

TEST_CASE("a token opens as it was signed, and changed in no byte", "[auth][rfc7515-7.1]") {
  const std::string claims = R"({"room":"nord","role":"member","exp":1700003600})";
  const std::string token = sign_token(claims, "logen");
  CHECK(token ==
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        "eyJyb29tIjoibm9yZCIsInJvbGUiOiJtZW1iZXIiLCJleHAiOjE3MDAwMDM2MDB9."
        "xDvStVAxWtTNNeTaTQNJ_gRv3t05_O6AWJ9iZJ7O6DQ");
  CHECK(open_token(token, "logen")->claims == claims);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(open_token(changed, "logen"));
    CHECK_FALSE(open_token(token.substr(0, i), "logen"));
  }
  CHECK_FALSE(open_token(token + ".", "logen"));
  CHECK_FALSE(open_token("." + token, "logen"));
  CHECK_FALSE(open_token(std::string(max_token_size, 'A') + token, "logen"));
}

TEST_CASE("a name whose time is over goes on with what it has", "[auth]") {
  Bench bench(config_with_secrets());
  const auto minted = mint_time_limited("logen", WallTime{1700003600}, "alice", ':');
  bench.now += 2h;
  Request request = bench.md5_request(minted.username, minted.password);
  const auto with = [&](std::string_view holder) {
    return to_string(bench.check(request, Session{.username = holder}));
  };
  CHECK(with("") == "401 credentials expired");
  CHECK(with("1700003600:bob") == "401 credentials expired");
  CHECK(with(minted.username) == "accepted " + minted.username);
  request.key = stun::long_term_key_md5(minted.username, "nort.gov", "guessed");
  CHECK(with(minted.username) == "401 wrong password");
}

}  // namespace
}  // namespace auth
