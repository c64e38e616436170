#include "relay/shared_quota.h"

#include <catch2/catch.hpp>

using relay::SharedQuota;
using Answer = turn::Quota::Answer;

namespace {
constexpr std::string_view realm = "example.org";
}

TEST_CASE("a user has so many allocations, over all workers", "[relay]") {
  SharedQuota quota({.per_user = 2});
  CHECK(quota.acquire("alice", realm) == Answer::granted);
  CHECK(quota.acquire("alice", realm) == Answer::granted);
  CHECK(quota.acquire("alice", realm) == Answer::user_quota);
  CHECK(quota.acquire("bob", realm) == Answer::granted);
  quota.release("alice", realm);
  CHECK(quota.acquire("alice", realm) == Answer::granted);
}

TEST_CASE("anonymous clients have no quota of a user", "[relay]") {
  SharedQuota quota({.per_user = 1});
  CHECK(quota.acquire("", realm) == Answer::granted);
  CHECK(quota.acquire("", realm) == Answer::granted);
}

TEST_CASE("the server has so many allocations in all", "[relay]") {
  SharedQuota quota({.total = 2});
  CHECK(quota.acquire("alice", realm) == Answer::granted);
  CHECK(quota.acquire("bob", realm) == Answer::granted);
  CHECK(quota.acquire("carol", realm) == Answer::total_quota);
  quota.release("bob", realm);
  CHECK(quota.acquire("carol", realm) == Answer::granted);
}

TEST_CASE("bandwidth is promised to as many as it suffices for", "[relay]") {
  SharedQuota quota({.bandwidth = 1});
  CHECK(quota.acquire("alice", realm) == Answer::granted);
  CHECK(quota.acquire("bob", realm) == Answer::bandwidth);
  quota.release("alice", realm);
  CHECK(quota.acquire("bob", realm) == Answer::granted);
}

TEST_CASE("a fresh time-limited credential is no fresh quota", "[relay]") {
  SharedQuota quota({.per_user = 1, .separator = ':'});
  CHECK(quota.acquire("1800000000:alice", realm) == Answer::granted);
  CHECK(quota.acquire("1800000060:alice", realm) == Answer::user_quota);
  CHECK(quota.acquire("1800000060:bob", realm) == Answer::granted);
  CHECK(quota.acquire("1800000000", realm) == Answer::granted);
  CHECK(quota.acquire("1800000001", realm) == Answer::granted);
  quota.release("1800000000:alice", realm);
  CHECK(quota.acquire("1800000060:alice", realm) == Answer::granted);
}

TEST_CASE("names that tell their address share its quota", "[relay]") {
  SharedQuota quota({.per_user = 1, .separator = ':'});
  CHECK(quota.acquire("1800000000:192.168.1.20/alice", realm) == Answer::granted);
  CHECK(quota.acquire("1800000000:192.168.1.20/bob", realm) == Answer::user_quota);
  CHECK(quota.acquire("1800000000:192.168.1.20", realm) == Answer::user_quota);
  CHECK(quota.acquire("1800000000:fd00::/alice", realm) == Answer::granted);
  CHECK(quota.acquire("1800000000:tea/alice", realm) == Answer::granted);
  CHECK(quota.acquire("1800000000:tea/bob", realm) == Answer::granted);
  quota.release("1800000000:192.168.1.20/alice", realm);
  CHECK(quota.acquire("1800000060:192.168.1.20/bob", realm) == Answer::granted);
}

TEST_CASE("realms have quotas of their own, and users of one name in each", "[relay][origin]") {
  SharedQuota quota({.per_user = 1, .by_realm = {{"other", {.per_user = 2, .total = 3}}}});
  CHECK(quota.acquire("alice", realm) == Answer::granted);
  CHECK(quota.acquire("alice", realm) == Answer::user_quota);
  CHECK(quota.acquire("alice", "other") == Answer::granted);
  CHECK(quota.acquire("alice", "other") == Answer::granted);
  CHECK(quota.acquire("alice", "other") == Answer::user_quota);
  CHECK(quota.acquire("bob", "other") == Answer::granted);
  CHECK(quota.acquire("carol", "other") == Answer::total_quota);
  CHECK(quota.acquire("carol", realm) == Answer::granted);
  quota.release("alice", realm);
  CHECK(quota.acquire("alice", realm) == Answer::granted);
  CHECK(quota.acquire("alice", "other") == Answer::user_quota);
}
