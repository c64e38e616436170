#include "relay/signaling/all_rooms.h"

namespace relay::signaling {

void AllRooms::carry_out(const Join& ask, Effects& effects, Time) {
  rooms_.join(ask.room, ask.uid, ask.seat, effects);
}

void AllRooms::carry_out(const Leave& ask, Effects& effects, Time) {
  rooms_.leave(ask.room, ask.seat, effects);
}

void AllRooms::carry_out(const Forward& ask, Effects& effects, Time) {
  rooms_.forward(ask.room, ask.from, ask.to, ask.text, ask.cmd, effects);
}

void AllRooms::carry_out(const ChatAsk& ask, Effects& effects, Time) {
  switch (ask.kind) {
    case ChatAsk::Kind::enter:
      return chat_.enter(ask.seat, effects);
    case ChatAsk::Kind::say:
      return chat_.say(ask.seat, ask.text, effects);
    case ChatAsk::Kind::leave:
      return chat_.leave(ask.seat, effects);
  }
}

void AllRooms::carry_out(const ApprtcAsk& ask, Effects& effects, Time now) {
  using Kind = ApprtcAsk::Kind;
  switch (ask.kind) {
    case Kind::join:
      return apprtc_.join(ask.who, ask.base, ask.from, effects, now);
    case Kind::message:
      return apprtc_.message(ask.who, ask.text, ask.from, effects);
    case Kind::leave:
      return apprtc_.leave(ask.who, ask.from, effects);
    case Kind::post:
      return apprtc_.post(ask.who, ask.text, ask.from, effects);
    case Kind::remove:
      return apprtc_.remove(ask.who, ask.from, effects);
    case Kind::enlist:
      return apprtc_.enlist(ask.who, ask.seat, effects);
    case Kind::send:
      return apprtc_.send(ask.who, ask.seat, ask.text, effects);
    case Kind::lose:
      return apprtc_.lose(ask.who, ask.seat, now);
  }
}

std::size_t AllRooms::rooms() const {
  return rooms_.count() + apprtc_.count() + (chat_.guests() != 0 ? 1 : 0);
}

std::size_t AllRooms::members() const {
  return rooms_.members() + apprtc_.members() + chat_.guests();
}

}  // namespace relay::signaling
