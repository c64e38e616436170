// How many connections and joins an address has, so that nobody takes the place of all others.
// Shared by the workers and locked: opening a connection and joining a room are rare. This very
// host is not limited, since what a proxy on it passes on has its address where the proxy does not
// tell; a private address has ten times as much, since a gateway may stand behind it.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "stun/address.h"

namespace relay::http {

class Visitors {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr double joins_per_second = 5;
  static constexpr double burst_of_joins = 10;
  static constexpr std::size_t private_factor = 10;

  /// Of one public IPv4 address or IPv6 /64; 0: as many as they like.
  explicit Visitors(std::size_t connections) : connections_(connections) {}

  /// A connection begins. False: there are too many from there.
  bool enter(const stun::IpAddress& address, Time now);
  /// One that entered has ended.
  void leave(const stun::IpAddress& address);
  /// Somebody from there wants to join a room.
  bool may_join(const stun::IpAddress& address, Time now);

 private:
  struct Visitor {
    std::size_t connections = 0;
    double joins_left = 0;
    Time refilled;
  };

  Visitor& visitor(const stun::IpAddress& site, double factor, Time now);
  void forget_idle(Time now);

  const std::size_t connections_;
  std::mutex mutex_;
  std::unordered_map<stun::IpAddress, Visitor, stun::AddressHash> by_site_;  // under mutex_
  std::size_t forget_at_ = 1024;                                             // under mutex_
};

}  // namespace relay::http
