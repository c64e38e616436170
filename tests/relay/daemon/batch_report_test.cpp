#include "relay/batch_report.h"

#include <catch2/catch.hpp>

using relay::BatchReport, relay::ServiceCounters;

namespace {

std::vector<std::string> after_ten_seconds(BatchReport& report, const ServiceCounters& counters) {
  for (int second = 1; second < 10; ++second) REQUIRE(report.tick(counters).empty());
  return report.tick(counters);
}

}  // namespace

TEST_CASE("every ten seconds the log tells what a call moved since the last time", "[relay]") {
  BatchReport report({.received = true, .sent = true});
  ServiceCounters counters;
  counters.datagrams_received = 1000;
  counters.receive_calls = 400;
  counters.wake_ups = 100;
  counters.datagrams_sent = 800;
  counters.flushes = 200;
  counters.gso_segments = 200;
  const auto first = after_ten_seconds(report, counters);
  REQUIRE(first.size() == 2);
  CHECK(first[0] == "udp receive, 10 s: datagrams=1000 avg_batch=2.50 wake_ups=100 dropped=0");
  CHECK(first[1] ==
        "udp send, 10 s: datagrams=800 avg_batch=4.00 gso_frac=0.250 gso_fallbacks=0 failed=0");

  counters.receive_drops = 7;
  counters.send_failures = 3;
  const auto second = after_ten_seconds(report, counters);
  REQUIRE(second.size() == 2);
  CHECK(second[0] == "udp receive, 10 s: datagrams=0 avg_batch=0.00 wake_ups=0 dropped=7");
  CHECK(second[1] ==
        "udp send, 10 s: datagrams=0 avg_batch=0.00 gso_frac=0.000 gso_fallbacks=0 failed=3");
}

TEST_CASE("batch statistics are for those who ask", "[relay]") {
  BatchReport silent({}), sent_only({.sent = true});
  CHECK(after_ten_seconds(silent, {}).empty());
  CHECK(after_ten_seconds(sent_only, {}).size() == 1);
}
