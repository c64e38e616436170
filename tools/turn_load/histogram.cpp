#include "tools/turn_load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace turn_load {

void Histogram::record(std::chrono::nanoseconds latency) {
  const auto microseconds = std::chrono::duration_cast<Microseconds>(latency).count();
  const auto value = static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(microseconds, 0, (std::int64_t{1} << value_bits) - 1));
  ++buckets_[bucket_of(value)];
  ++count_;
  maximum_ = std::max(maximum_, value);
}

void Histogram::merge(const Histogram& other) {
  std::ranges::transform(buckets_, other.buckets_, buckets_.begin(), std::plus());
  count_ += other.count_;
  maximum_ = std::max(maximum_, other.maximum_);
}

Histogram::Microseconds Histogram::quantile(double fraction) const {
  if (count_ == 0) return Microseconds(0);
  const double wanted = std::ceil(fraction * static_cast<double>(count_));
  const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, count_);
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while ((seen += buckets_[bucket]) < rank) ++bucket;
  return Microseconds(std::min(upper_edge(bucket), maximum_));
}

/// Values below 64 have a bucket each; above, the five bits behind the leading one choose it.
std::size_t Histogram::bucket_of(std::uint64_t microseconds) {
  const auto width = static_cast<unsigned>(std::bit_width(microseconds));
  if (width <= precision_bits + 1) return microseconds;
  const unsigned dropped = width - precision_bits - 1;
  return (std::size_t{dropped} << precision_bits) + (microseconds >> dropped);
}

std::uint64_t Histogram::upper_edge(std::size_t bucket) {
  if (bucket < std::size_t{2} << precision_bits) return bucket;
  const std::size_t dropped = (bucket >> precision_bits) - 1;
  const std::uint64_t leading = bucket - (dropped << precision_bits);
  return ((leading + 1) << dropped) - 1;
}

}  // namespace turn_load
