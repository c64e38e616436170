// All rooms that one worker has, of every kind, and the asks that it carries out for the
// switchboards of all workers. No IO; one worker owns it.
#pragma once

#include "relay/signaling/apprtc_rooms.h"
#include "relay/signaling/chat_hall.h"
#include "relay/signaling/mail.h"
#include "relay/signaling/rooms.h"

namespace relay::signaling {

class AllRooms {
 public:
  /// `budget` outlives it.
  AllRooms(std::size_t room_size, RoomBudget& budget)
      : rooms_(room_size, budget), apprtc_(budget) {}

  void carry_out(const Join& ask, Effects& effects, Time now);
  void carry_out(const Leave& ask, Effects& effects, Time now);
  void carry_out(const Forward& ask, Effects& effects, Time now);
  void carry_out(const ChatAsk& ask, Effects& effects, Time now);
  void carry_out(const ApprtcAsk& ask, Effects& effects, Time now);
  void on_time(Time now, Effects& effects) { apprtc_.on_time(now, effects); }

  /// The chat counts as a room while anybody is there.
  std::size_t rooms() const;
  std::size_t members() const;
  bool is_consistent() const { return rooms_.is_consistent() && apprtc_.is_consistent(); }

 private:
  Rooms rooms_;
  ApprtcRooms apprtc_;
  ChatHall chat_;
};

}  // namespace relay::signaling
