#include "relay/shared_quota.h"

#include <catch2/catch.hpp>

using relay::SharedQuota;
using Answer = turn::Quota::Answer;

TEST_CASE("a user has so many allocations, over all workers", "[relay]") {
  SharedQuota quota({.per_user = 2});
  CHECK(quota.acquire("alice") == Answer::granted);
  CHECK(quota.acquire("alice") == Answer::granted);
  CHECK(quota.acquire("alice") == Answer::user_quota);
  CHECK(quota.acquire("bob") == Answer::granted);
  quota.release("alice");
  CHECK(quota.acquire("alice") == Answer::granted);
}

TEST_CASE("anonymous clients have no quota of a user", "[relay]") {
  SharedQuota quota({.per_user = 1});
  CHECK(quota.acquire("") == Answer::granted);
  CHECK(quota.acquire("") == Answer::granted);
}

TEST_CASE("the server has so many allocations in all", "[relay]") {
  SharedQuota quota({.total = 2});
  CHECK(quota.acquire("alice") == Answer::granted);
  CHECK(quota.acquire("bob") == Answer::granted);
  CHECK(quota.acquire("carol") == Answer::total_quota);
  quota.release("bob");
  CHECK(quota.acquire("carol") == Answer::granted);
}

TEST_CASE("bandwidth is promised to as many as it suffices for", "[relay]") {
  SharedQuota quota({.bandwidth = 1});
  CHECK(quota.acquire("alice") == Answer::granted);
  CHECK(quota.acquire("bob") == Answer::bandwidth);
  quota.release("alice");
  CHECK(quota.acquire("bob") == Answer::granted);
}

TEST_CASE("a fresh time-limited credential is no fresh quota", "[relay]") {
  SharedQuota quota({.per_user = 1, .separator = ':'});
  CHECK(quota.acquire("1800000000:alice") == Answer::granted);
  CHECK(quota.acquire("1800000060:alice") == Answer::user_quota);
  CHECK(quota.acquire("1800000060:bob") == Answer::granted);
  CHECK(quota.acquire("1800000000") == Answer::granted);
  CHECK(quota.acquire("1800000001") == Answer::granted);
  quota.release("1800000000:alice");
  CHECK(quota.acquire("1800000060:alice") == Answer::granted);
}
