#include "relay/signaling/rooms.h"

#include <algorithm>
#include <set>

#include "relay/signaling/course_text.h"

namespace relay::signaling {

void Rooms::join(const Name& name, const Name& uid, const Seat& seat, Effects& effects) {
  auto room = rooms_.find(name);
  if (room == rooms_.end()) {
    if (!budget_.take()) {
      effects.count(Refusal::busy);
      return effects.turn_away(seat, make_text(error(Refusal::busy, "join")));
    }
    room = rooms_.try_emplace(name).first;
  }
  Room& members = room->second;
  const auto same = std::ranges::find(members, uid, &Member::uid);
  if (same != members.end()) {
    take_place_of(room, same, effects);
  } else if (members.size() >= size_) {
    effects.count(Refusal::full);
    effects.events.push_back({Event::Kind::refused, name.text(), uid.text(), members.size()});
    return effects.turn_away(seat, make_text(full(name, uid)));
  }
  // First those who make the offers, then the one who waits for them.
  const Text newcomer = make_text(new_peer(uid));
  for (const Member& member : members) effects.deliver(member.seat, newcomer);
  for (const Member& member : members) effects.deliver(seat, make_text(resp_join(member.uid)));
  members.push_back({uid, seat});
  ++members_;
  effects.events.push_back({Event::Kind::joined, name.text(), uid.text(), members.size()});
}

/// The others learn that the one they are connected with is gone, and meet the new one afresh.
void Rooms::take_place_of(ByName::iterator room, Room::iterator old, Effects& effects) {
  Room& members = room->second;
  const Member replaced = *old;
  effects.dismiss(replaced.seat, CloseReason::replaced);
  members.erase(old);
  --members_;
  const Text gone = make_text(peer_leave(replaced.uid));
  for (const Member& member : members) effects.deliver(member.seat, gone);
  effects.events.push_back(
      {Event::Kind::replaced, room->first.text(), replaced.uid.text(), members.size()});
}

void Rooms::leave(const Name& name, const Seat& seat, Effects& effects) {
  const auto room = rooms_.find(name);
  if (room == rooms_.end()) return;
  Room& members = room->second;
  const auto member = std::ranges::find(members, seat, &Member::seat);
  if (member != members.end()) remove(room, member, effects);
}

void Rooms::remove(ByName::iterator room, Room::iterator member, Effects& effects) {
  Room& members = room->second;
  const Name uid = member->uid;
  members.erase(member);
  --members_;
  effects.events.push_back({Event::Kind::left, room->first.text(), uid.text(), members.size()});
  const Text gone = make_text(peer_leave(uid));
  for (const Member& other : members) effects.deliver(other.seat, gone);
  if (!members.empty()) return;
  rooms_.erase(room);
  budget_.give_back();
}

void Rooms::forward(const Name& name, const Seat& from, const Name& to, Text text,
                    std::string_view cmd, Effects& effects) {
  const auto refuse = [&](Refusal refusal) {
    effects.count(refusal);
    effects.deliver(from, make_text(error(refusal, cmd)));
  };
  const auto room = rooms_.find(name);
  if (room == rooms_.end()) return refuse(Refusal::not_joined);
  const Room& members = room->second;
  if (std::ranges::find(members, from, &Member::seat) == members.end()) {
    return refuse(Refusal::not_joined);
  }
  const auto target = std::ranges::find(members, to, &Member::uid);
  if (target == members.end()) return refuse(Refusal::unknown_peer);
  effects.deliver(target->seat, std::move(text));
  ++effects.forwarded;
}

bool Rooms::is_consistent() const {
  std::size_t members = 0;
  std::set<Seat> seats;
  for (const auto& [name, room] : rooms_) {
    if (room.empty() || room.size() > size_) return false;
    members += room.size();
    std::set<Name> uids;
    for (const Member& member : room) {
      if (!uids.insert(member.uid).second || !seats.insert(member.seat).second) return false;
    }
  }
  return members == members_;
}

}  // namespace relay::signaling
