// What is said in the course protocol.
#include <algorithm>
#include <array>
#include <utility>

#include "relay/signaling/course_text.h"
#include "relay/signaling/switchboard.h"

namespace relay::signaling {
namespace {

/// Clients that leave say so of everybody, at a loss for a peer.
constexpr std::string_view nobody = "-1";

constexpr std::array<std::string_view, 3> forwarded{"offer", "answer", "candidate"};

}  // namespace

/// Commands that nobody knows, and the many spellings of a heartbeat, are no reason to speak.
void Switchboard::hear_course(Visitor& visitor, const Frame& frame, std::string_view text,
                              Time now) {
  if (frame.cmd.kind != Field::Kind::text) return refuse(visitor, Refusal::bad_json, {});
  const std::string& cmd = frame.cmd.value;
  if (cmd == "join") return join(visitor, frame, now);
  if (cmd == "leave") return leave(visitor, frame);
  if (cmd == "ping") return parts_.door.send(visitor.connection, make_text(pong()));
  if (const auto known = std::ranges::find(forwarded, cmd); known != forwarded.end()) {
    forward(visitor, frame, *known, text);
  }
}

/// A connection sits in one room at a time: whoever joins another has left the first. To join again
/// where one is changes nothing.
void Switchboard::join(Visitor& visitor, const Frame& frame, Time now) {
  auto room = frame.room_id.name(), uid = frame.uid.name();
  if (!room || !uid) return refuse(visitor, Refusal::name, "join");
  if (visitor.place && visitor.place->room == *room && visitor.place->member == *uid) return;
  if (!parts_.may_join(visitor.address, now)) return refuse(visitor, Refusal::rate, "join");
  give_up_place(visitor);
  visitor.tongue = Tongue::course;
  ++visitor.visit;
  visitor.place = Place{*room, *uid};
  post(Join{std::move(*room), std::move(*uid), seat_of(visitor)});
}

void Switchboard::leave(Visitor& visitor, const Frame& frame) {
  if (visitor.place && is_own(visitor, frame, "leave")) give_up_place(visitor);
}

void Switchboard::forward(Visitor& visitor, const Frame& frame, std::string_view cmd,
                          std::string_view text) {
  if (!visitor.place) return refuse(visitor, Refusal::not_joined, cmd);
  if (!is_own(visitor, frame, cmd)) return;
  auto remote = frame.remote_uid.name();
  if (!remote) return refuse(visitor, Refusal::unknown_peer, cmd);
  if (remote->text() == nobody) return;
  post(Forward{visitor.place->room, seat_of(visitor), std::move(*remote),
               make_text(std::string(text)), cmd});
}

/// What is not said of oneself is not wrong.
bool Switchboard::is_own(Visitor& visitor, const Frame& frame, std::string_view cmd) {
  const auto differs = [](const Field& said, const Name& own) {
    return !said.is_absent() && said.name() != own;
  };
  if (differs(frame.room_id, visitor.place->room)) {
    refuse(visitor, Refusal::unknown_room, cmd);
    return false;
  }
  if (differs(frame.uid, visitor.place->member)) {
    refuse(visitor, Refusal::not_joined, cmd);
    return false;
  }
  return true;
}

void Switchboard::refuse(const Visitor& visitor, Refusal refusal, std::string_view cmd) {
  count_refusal(refusal);
  parts_.door.send(visitor.connection, make_text(error(refusal, cmd)));
}

}  // namespace relay::signaling
