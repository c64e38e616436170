// The channels of one allocation (RFC 8656 12). A channel has two names, its number and its peer;
// while it is live the two belong to each other and to nothing else. Sorted by number; when there
// are many, with a second order by peer, so that both directions of data find theirs in a few
// comparisons. Bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "turn/small_vector.h"
#include "turn/types.h"

namespace turn {

struct Channel {
  ChannelNumber number{};
  TransportAddress peer;
  bool own_host = false;  // as in Permission
  Time expires_at;
  /// When the permission for the peer ends (RFC 8656 9): data needs both.
  Time permitted_until;

  bool live(Time now) const { return now < expires_at; }
  bool carries_data(Time now) const { return live(now) && now < permitted_until; }
};

class ChannelTable {
 public:
  /// The live channel of that name, or null.
  const Channel* find(ChannelNumber number, Time now) const;
  const Channel* find(const TransportAddress& peer, Time now) const;

  /// One of the two names is taken by another channel (12.2).
  bool conflicts(ChannelNumber number, const TransportAddress& peer, Time now) const;
  bool has_room_for(ChannelNumber number, const TransportAddress& peer, Time now);
  /// Binds or refreshes. Does not conflict and has room.
  void bind(const Channel& channel);
  /// A permission for `peer` was installed: its channels carry data until then.
  void permit(const IpAddress& peer, Time until);
  void forget(Family family);

  std::span<const Channel> all() const { return channels_; }
  bool consistent() const;

 private:
  void forget_dead(Time now);
  void index_by_peer();
  const Channel* of_peer(const TransportAddress& peer) const;

  /// So many are looked through one by one.
  static constexpr std::size_t few = 8;
  /// A call has one channel, or two: RTP and RTCP.
  SmallVector<Channel, 2> channels_;    // by number
  std::vector<std::uint16_t> by_peer_;  // positions in channels_, by peer; empty while they are few
};

}  // namespace turn
