#include "auth/key_cache.h"

#include <catch2/catch.hpp>

#include "tests/auth/bench.h"

namespace auth {
namespace {

UserKeys keys_of(std::string_view password) {
  return {.md5 = stun::long_term_key_md5("user", "realm", password), .sha256 = {}};
}

TEST_CASE("a cached key holds until its time", "[auth]") {
  KeyCache cache(2);
  const Time now{};
  CHECK(cache.put("alice", keys_of("a"), now + 60s).first == "alice");
  CHECK(cache.find("alice", now + 59s)->second.keys.md5 == keys_of("a").md5);
  CHECK(cache.find("alice", now + 60s) == nullptr);
  CHECK(cache.find("bob", now) == nullptr);
}

TEST_CASE("putting again replaces, erasing removes", "[auth]") {
  KeyCache cache(2);
  const Time now{};
  cache.put("alice", keys_of("a"), now + 60s);
  cache.put("alice", keys_of("b"), now + 90s);
  CHECK(cache.size() == 1);
  CHECK(cache.find("alice", now + 60s)->second.keys.md5 == keys_of("b").md5);
  cache.erase("alice");
  cache.erase("alice");
  CHECK(cache.size() == 0);
}

TEST_CASE("at the bound the least recently used goes", "[auth]") {
  KeyCache cache(3);
  const Time now{};
  for (const auto name : {"a", "b", "c"}) cache.put(name, keys_of(name), now + 60s);
  REQUIRE(cache.find("a", now));
  cache.put("d", keys_of("d"), now + 60s);
  CHECK(cache.size() == 3);
  CHECK(cache.find("a", now));
  CHECK_FALSE(cache.find("b", now));
  CHECK(cache.find("c", now));
  CHECK(cache.find("d", now));
}

}  // namespace
}  // namespace auth
