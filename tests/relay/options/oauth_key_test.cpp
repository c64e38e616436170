// Keys of access tokens (RFC 7635), as they are written and as they are written wrongly.
#include "relay/options/oauth_key.h"

#include "bench.h"
#include "relay/options/output.h"
#include "stun/byte_order.h"

namespace relay::options {
namespace {

TEST_CASE("a key of access tokens has the fields of coturn's table", "[options][rfc7635]") {
  const auto all = oauth_key(
      "kid=union,algorithm=A128GCM,key=MTIzNDU2Nzg5MDEyMzQ1Ng==,timestamp=1600000000,lifetime=60");
  REQUIRE(all);
  CHECK(all->kid == "union");
  CHECK(stun::as_text(all->secret) == "1234567890123456");
  CHECK(all->begins.seconds == 1'600'000'000);
  CHECK(all->lifetime == std::chrono::seconds(60));
  CHECK_FALSE(all->valid({1'599'999'999}));
  CHECK(all->valid({1'600'000'000}));
  CHECK(all->valid({1'600'000'059}));
  CHECK_FALSE(all->valid({1'600'000'060}));

  // With the newline at the end that echo adds, as in coturn's own examples.
  const auto least = oauth_key("kid=north,key=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEK");
  REQUIRE(least);
  CHECK(stun::as_text(least->secret) == "01234567890123456789012345678901");
  CHECK(least->valid({0}));
  CHECK(least->valid({4'000'000'000}));
}

TEST_CASE("a key that is wrong is refused at its place", "[options][rfc7635]") {
  const auto [text, at, message] = GENERATE(table<std::string, std::size_t, std::string>({
      {"", 0, "\"\" is not a field of a key; write kid=NAME,key=BASE64,algorithm=A256GCM"},
      {"north", 0,
       "\"north\" is not a field of a key; write kid=NAME,key=BASE64,algorithm=A256GCM"},
      {"kid=north,secret=Zm9v", 10,
       "\"secret=Zm9v\" is not a field of a key; write kid=NAME,key=BASE64,algorithm=A256GCM"},
      {"kid=north,kid=south", 10, "kid is given twice"},
      {"kid=,key=Zm9v", 4,
       "the key's name (kid) is missing; write kid=NAME,key=BASE64,algorithm=A256GCM"},
      {"key=Zm9v", 0,
       "the key's name (kid) is missing; write kid=NAME,key=BASE64,algorithm=A256GCM"},
      {"kid=north", 9, "the key is missing; write kid=NAME,key=BASE64,algorithm=A256GCM"},
      {"kid=north,key=Zm!v", 16, "this is not base64; write what openssl rand -base64 32 prints"},
      {"kid=north,key=Zm9v", 14,
       "the key is 3 bytes long; A256GCM needs 32: write what openssl rand -base64 32 prints"},
      {"kid=north,key=Zm9v,algorithm=A128GCM", 14,
       "the key is 3 bytes long; A128GCM needs 16: write what openssl rand -base64 16 prints"},
      {"kid=north,key=Zm9v,algorithm=AES", 29,
       "\"AES\" is not an algorithm of access tokens; write A256GCM or A128GCM"},
      {"kid=n,key=MTIzNDU2Nzg5MDEyMzQ1Ng==,algorithm=A128GCM,lifetime=1h", 63,
       "\"1h\" is not a whole number; write one from 0 to 3155760000"},
  }));
  CAPTURE(text);
  const auto key = oauth_key(text);
  REQUIRE_FALSE(key);
  CHECK(key.error().message == message);
  CHECK(key.error().at == at);
}

TEST_CASE("keys of access tokens stand in every kind of file, and no output shows them",
          "[options][rfc7635]") {
  const std::string key = "kid=north,key=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
  const std::string other = "kid=union,algorithm=A128GCM,key=MTIzNDU2Nzg5MDEyMzQ1Ng==";
  const Parsed flat = from_conf("oauth\noauth-key=" + key + "\noauth-key=" + other +
                                "\nserver-name=turn.example.org\n");
  const Parsed yaml = from_yaml("oauth: true\noauth-key:\n  - " + key + "\n  - " + other +
                                "\nserver-name: turn.example.org\n");
  for (const Parsed* const each : {&flat, &yaml}) {
    CHECK(each->warnings.empty());
    CHECK(each->settings.oauth);
    CHECK(each->settings.server_name == "turn.example.org");
    REQUIRE(each->settings.oauth_keys.size() == 2);
    CHECK(each->settings.oauth_keys[0].kid == "north");
    CHECK(each->settings.oauth_keys[1].kid == "union");
    CHECK(effective_config(*each).find("MDEyMzQ1") == std::string::npos);
  }
  CHECK(failure({"--server-name", std::string(256, 'x').c_str()})
            .find("the name is empty or longer than 255 bytes") != std::string::npos);
}

}  // namespace
}  // namespace relay::options
