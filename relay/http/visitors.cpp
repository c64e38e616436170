#include "relay/http/visitors.h"

#include <algorithm>

#include "relay/site_of.h"
#include "turn/peer_policy.h"

namespace relay::http {
namespace {

bool is_loopback(const stun::IpAddress& ip) {
  static const auto v6 = stun::IpAddress::parse("::1");
  return ip.is_v4() ? ip.bytes()[0] == 127 : ip == v6;
}

/// How many times as much as a public address has.
std::size_t factor_of(const stun::IpAddress& ip) {
  return turn::is_private(ip) ? Visitors::private_factor : 1;
}

/// After so long a bucket is full again.
constexpr std::chrono::seconds refill_time{2};
static_assert(refill_time.count() * Visitors::joins_per_second >= Visitors::burst_of_joins);

}  // namespace

bool Visitors::enter(const stun::IpAddress& address, Time now) {
  const stun::IpAddress ip = turn::canonical(address);
  if (connections_ == 0 || is_loopback(ip)) return true;
  const std::size_t factor = factor_of(ip);
  const std::lock_guard lock(mutex_);
  Visitor& one = visitor(site_of(ip), static_cast<double>(factor), now);
  if (one.connections >= connections_ * factor) return false;
  ++one.connections;
  return true;
}

void Visitors::leave(const stun::IpAddress& address) {
  const std::lock_guard lock(mutex_);
  const auto found = by_site_.find(site_of(turn::canonical(address)));
  if (found != by_site_.end() && found->second.connections != 0) --found->second.connections;
}

bool Visitors::may_join(const stun::IpAddress& address, Time now) {
  const stun::IpAddress ip = turn::canonical(address);
  if (connections_ == 0 || is_loopback(ip)) return true;
  const auto factor = static_cast<double>(factor_of(ip));
  const std::lock_guard lock(mutex_);
  Visitor& one = visitor(site_of(ip), factor, now);
  const std::chrono::duration<double> passed = now - one.refilled;
  one.joins_left = std::min(burst_of_joins * factor,
                            one.joins_left + passed.count() * joins_per_second * factor);
  one.refilled = now;
  if (one.joins_left < 1) return false;
  one.joins_left -= 1;
  return true;
}

Visitors::Visitor& Visitors::visitor(const stun::IpAddress& site, double factor, Time now) {
  if (by_site_.size() >= forget_at_) forget_idle(now);
  return by_site_.try_emplace(site, Visitor{.joins_left = burst_of_joins * factor, .refilled = now})
      .first->second;
}

/// Whoever has nothing left here is as good as new.
void Visitors::forget_idle(Time now) {
  std::erase_if(by_site_, [&](const auto& entry) {
    return entry.second.connections == 0 && now - entry.second.refilled >= refill_time;
  });
  forget_at_ = std::max<std::size_t>(1024, 2 * by_site_.size());
}

}  // namespace relay::http
