// Latencies in buckets that grow with the value: 32 for each doubling, so that a quantile is at
// most 3 % above the truth, from one microsecond to a minute, in three kilobytes.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace turn_load {

class Histogram {
 public:
  using Microseconds = std::chrono::microseconds;

  /// Below zero counts as zero, above a minute as a minute.
  void record(std::chrono::nanoseconds latency);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  /// The value that `fraction` of the latencies do not exceed: the upper edge of its bucket; zero
  /// when there is none.
  Microseconds quantile(double fraction) const;
  Microseconds maximum() const { return Microseconds(maximum_); }

 private:
  static constexpr unsigned precision_bits = 5;
  static constexpr unsigned value_bits = 26;  // 67 s
  static constexpr std::size_t bucket_count = (value_bits - precision_bits + 1) << precision_bits;

  static std::size_t bucket_of(std::uint64_t microseconds);
  static std::uint64_t upper_edge(std::size_t bucket);

  std::array<std::uint32_t, bucket_count> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t maximum_ = 0;
};

}  // namespace turn_load
