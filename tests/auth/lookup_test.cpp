// Users of elsewhere: the verdict is a question until learn() has answered it.
#include <catch2/catch.hpp>

#include "tests/auth/bench.h"

namespace auth {
namespace {

LongTermConfig config_with_lookups() {
  LongTermConfig config = config_with_user();
  config.external_users = true;
  return config;
}

LookUpAnswer md5_answer(std::string_view username, std::string_view password) {
  return {.md5 = stun::long_term_key_md5(username, "nort.gov", password), .sha256 = {}};
}

TEST_CASE("an unknown user is looked up, then checked", "[auth][lookup]") {
  Bench bench(config_with_lookups());
  const Request right = bench.md5_request("carol", "x");
  const Request wrong = bench.md5_request("carol", "y");
  const Verdict verdict = bench.check(right);
  REQUIRE(to_string(verdict) == "look up carol");
  CHECK(std::get<LookUp>(verdict).realm == "nort.gov");
  bench.authenticator.learn("carol", "nort.gov", md5_answer("carol", "x"), bench.now);
  CHECK(to_string(bench.check(right)) == "accepted carol");
  CHECK(to_string(bench.check(wrong)) == "401 wrong password");
}

TEST_CASE("what was learned is asked again after a minute", "[auth][lookup]") {
  Bench bench(config_with_lookups());
  bench.authenticator.learn("carol", "nort.gov", md5_answer("carol", "x"), bench.now);
  bench.now += 60s - 1ms;
  CHECK(to_string(bench.check(bench.md5_request("carol", "x"))) == "accepted carol");
  bench.now += 1ms;
  CHECK(to_string(bench.check(bench.md5_request("carol", "x"))) == "look up carol");
}

TEST_CASE("that there is no such user is remembered for ten seconds", "[auth][lookup]") {
  Bench bench(config_with_lookups());
  bench.authenticator.learn("mallory", "nort.gov", {}, bench.now);
  CHECK(to_string(bench.check(bench.md5_request("mallory", "x"))) == "401 unknown user");
  bench.now += 10s;
  CHECK(to_string(bench.check(bench.md5_request("mallory", "x"))) == "look up mallory");
}

TEST_CASE("the latest answer counts", "[auth][lookup]") {
  Bench bench(config_with_lookups());
  const Request request = bench.md5_request("carol", "x");
  bench.authenticator.learn("carol", "nort.gov", {}, bench.now);
  bench.authenticator.learn("carol", "nort.gov", md5_answer("carol", "x"), bench.now);
  CHECK(to_string(bench.check(request)) == "accepted carol");
  bench.authenticator.learn("carol", "nort.gov", {}, bench.now);
  CHECK(to_string(bench.check(request)) == "401 unknown user");
}

TEST_CASE("made-up names drive no learned user out", "[auth][lookup]") {
  Bench bench(config_with_lookups());
  bench.authenticator.learn("carol", "nort.gov", md5_answer("carol", "x"), bench.now);
  for (int i = 0; i < 10'000; ++i) {
    bench.authenticator.learn("made-up " + std::to_string(i), "nort.gov", {}, bench.now);
  }
  CHECK(to_string(bench.check(bench.md5_request("carol", "x"))) == "accepted carol");
  CHECK(to_string(bench.check(bench.md5_request("made-up 9999", "x"))) == "401 unknown user");
  CHECK(to_string(bench.check(bench.md5_request("made-up 0", "x"))) == "look up made-up 0");
}

TEST_CASE("static and time-limited users are not looked up", "[auth][lookup]") {
  LongTermConfig config = config_with_lookups();
  config.secrets = {"logen"};
  Bench bench(config);
  CHECK(to_string(bench.check(bench.md5_request("lqf", "wrong"))) == "401 wrong password");
  CHECK(to_string(bench.check(bench.md5_request("1700003600:alice", "wrong"))) ==
        "401 wrong password");
  CHECK(to_string(bench.check(bench.md5_request("1600003600:alice", "wrong"))) ==
        "401 credentials expired");
}

TEST_CASE("an answer about another realm is not ours", "[auth][lookup]") {
  Bench bench(config_with_lookups());
  bench.authenticator.learn("carol", "north.gov", md5_answer("carol", "x"), bench.now);
  CHECK(to_string(bench.check(bench.md5_request("carol", "x"))) == "look up carol");
}

}  // namespace
}  // namespace auth
