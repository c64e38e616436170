#include "turn/channel_table.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "turn/limits.h"

namespace turn {

const Channel* ChannelTable::find(ChannelNumber number, Time now) const {
  const auto at = std::ranges::lower_bound(channels_, number, {}, &Channel::number);
  return at != channels_.end() && at->number == number && at->live(now) ? at : nullptr;
}

const Channel* ChannelTable::find(const TransportAddress& peer, Time now) const {
  // Of a dead and a live channel to one peer the live one counts; bind() keeps no such pair.
  const Channel* channel = of_peer(peer);
  return channel != nullptr && channel->live(now) ? channel : nullptr;
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
  channels_.erase_if([&](const Channel& other) {
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
  channels_.erase_if([&](const Channel& channel) { return channel.peer.ip.family() == family; });
  index_by_peer();
}

bool ChannelTable::consistent() const {
  // Each is found by both of its names, so that no two share one.
  return by_peer_.size() == (channels_.size() > few ? channels_.size() : 0) &&
         std::ranges::adjacent_find(channels_, std::ranges::greater_equal{}, &Channel::number) ==
             channels_.end() &&
         std::ranges::all_of(
             channels_, [&](const Channel& channel) { return of_peer(channel.peer) == &channel; });
}

const Channel* ChannelTable::of_peer(const TransportAddress& peer) const {
  if (by_peer_.empty()) {
    const auto at = std::ranges::find(channels_, peer, &Channel::peer);
    return at == channels_.end() ? nullptr : at;
  }
  const auto at = std::ranges::lower_bound(
      by_peer_, peer, {},
      [&](std::uint16_t i) -> const TransportAddress& { return channels_[i].peer; });
  return at != by_peer_.end() && channels_[*at].peer == peer ? &channels_[*at] : nullptr;
}

void ChannelTable::forget_dead(Time now) {
  channels_.erase_if([&](const Channel& channel) { return !channel.live(now); });
  index_by_peer();
}

void ChannelTable::index_by_peer() {
  by_peer_.resize(channels_.size() > few ? channels_.size() : 0);
  std::iota(by_peer_.begin(), by_peer_.end(), std::uint16_t{0});
  std::ranges::sort(by_peer_, {},
                    [&](std::uint16_t i) -> const TransportAddress& { return channels_[i].peer; });
}

}  // namespace turn
