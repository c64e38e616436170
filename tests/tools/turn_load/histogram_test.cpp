#include "tools/turn_load/histogram.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

namespace turn_load {
namespace {

using std::chrono::microseconds;
using std::chrono_literals::operator""us, std::chrono_literals::operator""h,
    std::chrono_literals::operator""ns;

TEST_CASE("a histogram without latencies has zero as every quantile", "[turn_load]") {
  const Histogram empty;
  CHECK(empty.count() == 0);
  CHECK(empty.quantile(0.99) == 0us);
}

TEST_CASE("latencies up to 64 microseconds are kept exactly", "[turn_load]") {
  for (int value = 0; value < 64; ++value) {
    Histogram histogram;
    histogram.record(microseconds(value));
    CHECK(histogram.quantile(0.5) == microseconds(value));
  }
}

TEST_CASE("a quantile is never below the truth and at most 3 % above it", "[turn_load]") {
  std::mt19937 random(7);
  std::lognormal_distribution<double> latencies(6, 2);
  std::vector<std::int64_t> truth;
  Histogram histogram;
  for (int i = 0; i < 20000; ++i) {
    truth.push_back(static_cast<std::int64_t>(latencies(random)));
    histogram.record(microseconds(truth.back()));
  }
  std::ranges::sort(truth);
  for (const double fraction : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(fraction * 20000)) - 1;
    const auto found = histogram.quantile(fraction).count();
    CAPTURE(fraction, truth[rank], found);
    CHECK(found >= truth[rank]);
    CHECK(static_cast<double>(found) <= static_cast<double>(truth[rank]) * 1.032 + 1);
  }
  CHECK(histogram.maximum() == microseconds(truth.back()));
}

TEST_CASE("latencies outside of the range count as its ends", "[turn_load]") {
  Histogram histogram;
  histogram.record(-5ns);
  CHECK(histogram.quantile(1) == 0us);
  histogram.record(1h);
  CHECK(histogram.quantile(1) == microseconds((1 << 26) - 1));
  CHECK(histogram.count() == 2);
}

TEST_CASE("merged histograms are as one", "[turn_load]") {
  Histogram fast, slow;
  for (int i = 0; i < 99; ++i) fast.record(10us);
  slow.record(5000us);
  fast.merge(slow);
  CHECK(fast.count() == 100);
  CHECK(fast.quantile(0.99) == 10us);
  CHECK(fast.quantile(1) == 5000us);
}

}  // namespace
}  // namespace turn_load
