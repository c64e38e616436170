#include "turn/channel_table.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "turn/limits.h"

namespace turn {

const Channel* ChannelTable::find(ChannelNumber number, Time now) const {
  const auto at = std::ranges::lower_bound(channels_, number, {}, &Channel::number);
  return at != channels_.end() && at->number == number && at->live(now) ? &*at : nullptr;
}

const Channel* ChannelTable::find(const TransportAddress& peer, Time now) const {
  const auto peer_at = [&](std::uint16_t i) -> const TransportAddress& {
    return channels_[i].peer;
  };
  // Of a dead and a live channel to one peer the live one counts; bind() keeps no such pair.
  const auto at = std::ranges::lower_bound(by_peer_, peer, {}, peer_at);
  return at != by_peer_.end() && peer_at(*at) == peer && channels_[*at].live(now) ? &channels_[*at]
                                                                                  : nullptr;
}

bool ChannelTable::conflicts(ChannelNumber number, const TransportAddress& peer, Time now) const {
  const Channel* same_number = find(number, now);
  const Channel* same_peer = find(peer, now);
  return same_number != same_peer;
}

bool ChannelTable::has_room_for(ChannelNumber number, const TransportAddress& peer, Time now) {
  if (channels_.size() < max_channels || find(number, now) != nullptr) return true;
  assert(!conflicts(number, peer, now));
  (void)peer;
  forget_dead(now);
  return channels_.size() < max_channels;
}

void ChannelTable::bind(const Channel& channel) {
  const auto at = std::ranges::lower_bound(channels_, channel.number, {}, &Channel::number);
  if (at != channels_.end() && at->number == channel.number && at->peer == channel.peer) {
    *at = channel;
    return;
  }
  // Whoever else has one of the names is dead: the new binding does not conflict.
  std::erase_if(channels_, [&](const Channel& other) {
    return other.number == channel.number || other.peer == channel.peer;
  });
  assert(channels_.size() < max_channels);
  channels_.insert(std::ranges::lower_bound(channels_, channel.number, {}, &Channel::number),
                   channel);
  index_by_peer();
}

void ChannelTable::permit(const IpAddress& peer, Time until) {
  for (Channel& channel : channels_) {
    if (channel.peer.ip == peer) channel.permitted_until = until;
  }
}

void ChannelTable::forget(Family family) {
  std::erase_if(channels_,
                [&](const Channel& channel) { return channel.peer.ip.family() == family; });
  index_by_peer();
}

bool ChannelTable::consistent() const {
  const auto peer_at = [&](std::uint16_t i) -> const TransportAddress& {
    return channels_[i].peer;
  };
  return by_peer_.size() == channels_.size() &&
         std::ranges::adjacent_find(channels_, std::ranges::greater_equal{}, &Channel::number) ==
             channels_.end() &&
         std::ranges::adjacent_find(by_peer_, std::ranges::greater_equal{}, peer_at) ==
             by_peer_.end();
}

void ChannelTable::forget_dead(Time now) {
  std::erase_if(channels_, [&](const Channel& channel) { return !channel.live(now); });
  index_by_peer();
}

void ChannelTable::index_by_peer() {
  by_peer_.resize(channels_.size());
  std::iota(by_peer_.begin(), by_peer_.end(), std::uint16_t{0});
  std::ranges::sort(by_peer_, {},
                    [&](std::uint16_t i) -> const TransportAddress& { return channels_[i].peer; });
}

}  // namespace turn
