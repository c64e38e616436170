// The rooms of the course protocol that one worker has: who is in each, under which name, and the
// messages from one member to another. Members are known by their seats: whoever has not joined by
// that very connection can neither speak for a member nor make one leave. Empty rooms do not exist.
// No IO; one worker owns it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "relay/signaling/effects.h"
#include "relay/signaling/name.h"
#include "relay/signaling/room_budget.h"

namespace relay::signaling {

class Rooms {
 public:
  /// `size` is how many a room holds. `budget` outlives it.
  Rooms(std::size_t size, RoomBudget& budget) : size_(size), budget_(budget) {}

  /// Everybody there is told, then the newcomer of everybody. Who has that name already is
  /// replaced.
  void join(const Name& room, const Name& uid, const Seat& seat, Effects& effects);
  /// Whoever sits there, if anybody, is gone.
  void leave(const Name& room, const Seat& seat, Effects& effects);
  /// `text` is of the kind `cmd` and goes on as it is.
  void forward(const Name& room, const Seat& from, const Name& to, Text text, std::string_view cmd,
               Effects& effects);

  std::size_t count() const { return rooms_.size(); }
  std::size_t members() const { return members_; }
  /// Whether all that is said above holds; for tests.
  bool is_consistent() const;

 private:
  struct Member {
    Name uid;
    Seat seat;
  };
  using Room = std::vector<Member>;  // in the order in which they came
  using ByName = std::map<Name, Room>;

  void take_place_of(ByName::iterator room, Room::iterator old, Effects& effects);
  void remove(ByName::iterator room, Room::iterator member, Effects& effects);

  const std::size_t size_;
  RoomBudget& budget_;
  ByName rooms_;
  std::size_t members_ = 0;
};

}  // namespace relay::signaling
