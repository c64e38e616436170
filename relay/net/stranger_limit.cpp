#include "relay/net/stranger_limit.h"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <span>

#include "turn/peer_policy.h"

namespace relay::net {
namespace {

bool stays_in_this_network(const stun::IpAddress& source) {
  const stun::IpAddress ip = turn::canonical(source);
  if (turn::is_private(ip)) return true;
  const auto bytes = ip.bytes();
  if (ip.is_v4()) return bytes[0] == 127 || (bytes[0] == 169 && bytes[1] == 254);
  static constexpr std::array<std::uint8_t, 16> loopback{0, 0, 0, 0, 0, 0, 0, 0,
                                                         0, 0, 0, 0, 0, 0, 0, 1};
  return std::ranges::equal(bytes, loopback) || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
}

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93ULL;
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93ULL;
  return value ^ (value >> 32);
}

}  // namespace

StrangerLimit::StrangerLimit(std::uint32_t per_second, turn::Random& random)
    : per_second_(static_cast<float>(per_second)), table_(sets) {
  random.fill(std::as_writable_bytes(std::span(secret_)));
}

bool StrangerLimit::allows(const stun::IpAddress& source, turn::Time now) {
  if (stays_in_this_network(source)) return true;
  Bucket& bucket = bucket_of(hash(source), now);
  bucket.tokens = level(bucket, now);
  bucket.refilled = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

/// A whole IPv4 address, or the first half of an IPv6 address: what one site has.
std::uint64_t StrangerLimit::hash(const stun::IpAddress& source) const {
  const auto [high, low] = source.words();
  const std::uint64_t prefix = source.is_v4() ? low : high;
  return std::max<std::uint64_t>(mix(mix(prefix ^ secret_[0]) ^ secret_[1]), 1);
}

float StrangerLimit::level(const Bucket& bucket, turn::Time now) const {
  const std::chrono::duration<float> idle = now - bucket.refilled;
  return std::min(per_second_, bucket.tokens + idle.count() * per_second_);
}

/// The source's own bucket, or the fullest of its set made over to it: whoever was answered least
/// has least to lose.
StrangerLimit::Bucket& StrangerLimit::bucket_of(std::uint64_t key, turn::Time now) {
  std::array<Bucket, ways>& set = table_[key % sets];
  if (const auto own = std::ranges::find(set, key, &Bucket::key); own != set.end()) return *own;
  const auto fullest = std::ranges::max_element(set, {}, [&](const Bucket& bucket) {
    return bucket.key == 0 ? per_second_ + 1 : level(bucket, now);
  });
  if (fullest->key != 0 && level(*fullest, now) < per_second_) ++collisions_;
  *fullest = {.key = key, .refilled = now, .tokens = per_second_};
  return *fullest;
}

std::size_t StrangerLimit::busy_buckets(turn::Time now) const {
  std::size_t count = 0;
  for (const Bucket& bucket : table_ | std::views::join) {
    if (bucket.key != 0 && now - bucket.refilled < std::chrono::seconds(1)) ++count;
  }
  return count;
}

}  // namespace relay::net
