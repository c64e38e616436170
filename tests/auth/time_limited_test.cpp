#include "auth/time_limited.h"

#include <catch2/catch.hpp>

#include "tests/auth/bench.h"

namespace auth {
namespace {

TEST_CASE("a time-limited password is what openssl computes", "[auth][time-limited]") {
  // printf %s NAME | openssl dgst -sha1 -hmac SECRET -binary | base64
  CHECK(time_limited_password("logen", "1700003600:alice") == "d+h+qxTp/LWqQk/C8XWBzn3l8uM=");
  CHECK(time_limited_password("logen", "1700003600") == "5Le++cm7Nbh3M5ZYT+TPGL/B2bM=");
  CHECK(time_limited_password("north", "alice:1700003600") == "C0w168Z/3aGAcZF2msbwUNZoOwg=");
  CHECK(time_limited_password("north", "1700003600:@bob:example.org") ==
        "u89pD+xcguupdmiOtXAztYA79No=");
}

TEST_CASE("a time-limited name says when it ends and who it is", "[auth][time-limited]") {
  const auto [name, expires, user_id] = GENERATE(table<std::string, std::int64_t, std::string>({
      {"1700003600:alice", 1700003600, "alice"},
      {"alice:1700003600", 1700003600, "alice"},
      {"1700003600", 1700003600, ""},
      {"1700003600:", 1700003600, ""},
      {":1700003600", 1700003600, ""},
      {"1700003600:@bob:example.org", 1700003600, "@bob:example.org"},
      {"@bob:example.org:1700003600", 1700003600, "@bob:example.org"},
      {"12:1700003600", 12, "1700003600"},
      {"9223372036854775807", INT64_MAX, ""},
  }));
  CAPTURE(name);
  const auto parsed = parse_time_limited(name, ':');
  REQUIRE(parsed);
  CHECK(parsed->expires.seconds == expires);
  CHECK(parsed->user_id == user_id);
}

TEST_CASE("other names have no end", "[auth][time-limited]") {
  const std::string name = GENERATE("", "alice", "alice:", ":", "alice:bob", "-5:alice", "+5:alice",
                                    "1700003600 :a", "0x10:alice", "9223372036854775808",
                                    "99999999999999999999:alice", "1700003600-alice");
  CAPTURE(name);
  CHECK_FALSE(parse_time_limited(name, ':'));
}

TEST_CASE("the separator is the operator's choice", "[auth][time-limited]") {
  CHECK(parse_time_limited("1700003600-alice", '-')->user_id == "alice");
  CHECK_FALSE(parse_time_limited("1700003600:alice", '-'));
}

/// The wall clock of a bench starts at 1,700,000,000.
Request by_secret(const Bench& bench, std::string_view secret, std::string_view username) {
  return bench.md5_request(username, time_limited_password(secret, username));
}

TEST_CASE("a time-limited name gets in until its second is over", "[auth][time-limited]") {
  Bench bench(config_with_secrets());
  const std::string name = GENERATE("1700003600:alice", "alice:1700003600", "1700003600");
  CHECK(to_string(bench.check(by_secret(bench, "logen", name))) == "accepted " + name);
  bench.now += 3600s;
  CHECK(to_string(bench.check(by_secret(bench, "logen", name))) == "accepted " + name);
  bench.now += 1s;
  CHECK(to_string(bench.check(by_secret(bench, "logen", name))) == "401 credentials expired");
}

TEST_CASE("every secret opens, no other does", "[auth][time-limited]") {
  Bench bench(config_with_secrets());
  const std::string name = "1700003600:alice";
  CHECK(to_string(bench.check(by_secret(bench, "logen", name))) == "accepted " + name);
  CHECK(to_string(bench.check(by_secret(bench, "north", name))) == "accepted " + name);
  CHECK(to_string(bench.check(by_secret(bench, "south", name))) == "401 wrong password");
}

TEST_CASE("time-limited names work with SHA-256 as well", "[auth][time-limited][rfc8489-9.2.4]") {
  Bench bench(config_with_secrets());
  const std::string name = "1700003600:alice";
  const auto password = time_limited_password("north", name);
  const Request request = bench.sha256_request(name, password);
  CHECK(request.algorithms == both);
  CHECK(to_string(bench.check(request)) == "accepted " + name);
}

TEST_CASE("static and time-limited users get in side by side", "[auth][time-limited]") {
  LongTermConfig config = config_with_secrets();
  config.users = {{"lqf", "123456", {}}, {"1600000000:old", "pw", {}}};
  Bench bench(config);
  CHECK(to_string(bench.check(bench.md5_request("lqf", "123456"))) == "accepted lqf");
  CHECK(to_string(bench.check(by_secret(bench, "logen", "1700003600:alice"))) ==
        "accepted 1700003600:alice");
  CHECK(to_string(bench.check(bench.md5_request("alice", "x"))) == "401 unknown user");
  // A static user is who it is, whatever the name looks like.
  CHECK(to_string(bench.check(bench.md5_request("1600000000:old", "pw"))) ==
        "accepted 1600000000:old");
}

TEST_CASE("without a secret a name with a time is just a name", "[auth][time-limited]") {
  Bench bench(config_with_user());
  CHECK(to_string(bench.check(by_secret(bench, "", "1700003600:alice"))) == "401 unknown user");
}

TEST_CASE("a key is derived once, and only its owner has it kept", "[auth][time-limited]") {
  Bench bench(config_with_secrets());
  const std::string name = "1700003600:alice";

  bench.check(by_secret(bench, "wrong", name));
  CHECK(bench.authenticator.derivations() == 2);  // one for each secret
  bench.check(by_secret(bench, "logen", name));
  CHECK(bench.authenticator.derivations() == 3);  // the refused one had left nothing
  for (int refresh = 0; refresh < 10; ++refresh) {
    bench.now += 300s;
    CHECK(to_string(bench.check(by_secret(bench, "logen", name))) == "accepted " + name);
  }
  CHECK(bench.authenticator.derivations() == 3);
}

TEST_CASE("more users than are kept all get in", "[auth][time-limited]") {
  LongTermConfig config = config_with_secrets();
  config.secrets = {"logen"};
  Bench bench(config);
  constexpr int users = 5000;  // above the 4096 that are kept
  for (int i = 0; i < users; ++i) {
    const std::string name = "1700003600:" + std::to_string(i);
    REQUIRE(to_string(bench.check(by_secret(bench, "logen", name))) == "accepted " + name);
  }
  CHECK(bench.authenticator.derivations() == users);
  bench.check(by_secret(bench, "logen", "1700003600:4999"));
  CHECK(bench.authenticator.derivations() == users);
  bench.check(by_secret(bench, "logen", "1700003600:0"));  // the one that was idle longest
  CHECK(bench.authenticator.derivations() == users + 1);
}

}  // namespace
}  // namespace auth
