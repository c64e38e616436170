// How many answers a source address gets before it has proved who it is. A datagram's source may be
// forged, so an answer to a stranger may hit a victim: each /32 or /64 has a budget per second.
// Fixed in size; the table is keyed with a secret, so nobody can aim for somebody else's entry.
// One worker owns it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "turn/types.h"

namespace relay::net {

class StrangerLimit {
 public:
  StrangerLimit(std::uint32_t per_second, turn::Random& random);

  /// May this stranger be answered now? Charges the answer when so. Loopback, link-local and
  /// private sources always may: a forged one cannot be answered beyond this network.
  bool allows(const stun::IpAddress& source, turn::Time now);

  /// How many sources it knows at most.
  static constexpr std::size_t buckets = std::size_t{4} * 1024;
  /// How many have asked within the last second.
  std::size_t busy_buckets(turn::Time now) const;
  /// How often a source that was not as good as new was forgotten for another one.
  std::uint64_t collisions() const { return collisions_; }

 private:
  struct Bucket {
    std::uint64_t key = 0;  // 0: unused
    turn::Time refilled;
    float tokens = 0;
  };
  static constexpr std::size_t ways = 4;
  static constexpr std::size_t sets = buckets / ways;

  std::uint64_t hash(const stun::IpAddress& source) const;
  float level(const Bucket& bucket, turn::Time now) const;
  Bucket& bucket_of(std::uint64_t key, turn::Time now);

  float per_second_;
  std::array<std::uint64_t, 2> secret_{};
  std::vector<std::array<Bucket, ways>> table_;
  std::uint64_t collisions_ = 0;
};

}  // namespace relay::net
