// Refusing costs no memory: whoever sends a request is unknown until its integrity has been
// checked.
#include <catch2/catch.hpp>

#include "tests/auth/bench.h"
#include "tests/support/heap_count.h"

namespace auth {
namespace {

using support::heap_allocations;

struct Counted {
  Verdict verdict;
  std::uint64_t allocations;
};

Counted check_counted(Bench& bench, const std::vector<std::byte>& request) {
  const auto message = stun::MessageView::parse(request);
  const auto before = heap_allocations();
  const Verdict verdict = bench.authenticator.check(*message, bench.client, bench.now);
  return {verdict, heap_allocations() - before};
}

TEST_CASE("the allocations of these tests are counted", "[auth]") {
  const auto before = heap_allocations();
  ::operator delete(::operator new(1));
  CHECK(heap_allocations() == before + 1);
}

TEST_CASE("a refused request allocates nothing", "[auth][allocation]") {
  LongTermConfig config = config_with_user();
  config.secrets = {"logen", "north"};
  Bench bench(config);
  const std::string long_name = "somebody with a name too long to be held in place";

  const std::vector<std::pair<Request, std::string>> requests{
      {Request{}, "401 no credentials"},
      {Request{.integrity = Integrity::sha1}, "400 credentials incomplete"},
      {bench.md5_request("lqf", "wrong"), "401 wrong password"},
      {bench.sha256_request("lqf", "wrong"), "401 wrong password"},
      {bench.md5_request(long_name, "x"), "401 unknown user"},
      {bench.md5_request("1700003600:" + long_name, "x"), "401 wrong password"},
      {bench.sha256_request("1700003600:" + long_name, "x"), "401 wrong password"},
      {bench.md5_request("1600003600:" + long_name, "x"), "401 credentials expired"},
  };
  for (const auto& [request, expected] : requests) {
    CAPTURE(expected);
    const Counted counted = check_counted(bench, request.encode());
    CHECK(to_string(counted.verdict) == expected);
    CHECK(counted.allocations == 0);
  }
}

TEST_CASE("a stale nonce, a challenge and a refresh allocate nothing", "[auth][allocation]") {
  Bench bench(config_with_secrets());
  const std::string name = "1700003600:somebody with a long name";
  const auto request = bench.md5_request(name, time_limited_password("logen", name)).encode();
  const Counted first = check_counted(bench, request);
  CHECK(to_string(first.verdict) == "accepted " + name);
  CHECK(first.allocations > 0);  // the key is kept
  const Counted refresh = check_counted(bench, request);
  CHECK(to_string(refresh.verdict) == "accepted " + name);
  CHECK(refresh.allocations == 0);
  bench.now += 600s;
  const Counted stale = check_counted(bench, request);
  CHECK(to_string(stale.verdict) == "438 stale nonce");
  CHECK(stale.allocations == 0);

  std::vector<std::byte> buffer(512);
  const auto before = heap_allocations();
  stun::MessageBuilder response(buffer, {stun::Method::allocate, stun::Class::error}, {});
  bench.authenticator.add_challenge(response, bench.client, {}, bench.now);
  const auto taken = heap_allocations() - before;
  CHECK(taken == 0);
  CHECK(response.finish());
}

TEST_CASE("a question for a lookup allocates nothing", "[auth][allocation]") {
  LongTermConfig config = config_with_user();
  config.external_users = true;
  Bench bench(config);
  const auto request = bench.md5_request("a name that nobody here has heard of", "x").encode();
  const Counted counted = check_counted(bench, request);
  CHECK(std::holds_alternative<LookUp>(counted.verdict));
  CHECK(counted.allocations == 0);
}

}  // namespace
}  // namespace auth
