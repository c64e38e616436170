// What is said on the WebSockets of AppRTC. Its clients take every error for the end of the call,
// so an error is told only together with the end of the connection.
#include <utility>

#include "relay/signaling/apprtc_text.h"
#include "relay/signaling/switchboard.h"

namespace relay::signaling {

void Switchboard::hear_apprtc(Visitor& visitor, Frame&& frame) {
  if (frame.cmd.value == "register") return enlist(visitor, frame);
  if (frame.cmd.value != "send") return;
  if (!visitor.place) {
    return hang_up(visitor, Refusal::not_joined, "This connection has not registered.");
  }
  if (frame.msg.kind != Field::Kind::text) {
    return hang_up(visitor, Refusal::bad_json, "The msg is no string.");
  }
  post(ApprtcAsk{.kind = ApprtcAsk::Kind::send,
                 .who = {visitor.place->room, visitor.place->member},
                 .text = std::move(frame.msg.value),
                 .seat = seat_of(visitor)});
}

void Switchboard::enlist(Visitor& visitor, const Frame& frame) {
  auto room = frame.roomid.name(), client = frame.clientid.name();
  if (!room || !client) {
    return hang_up(visitor, Refusal::name, "The roomid or clientid is no name.");
  }
  if (visitor.place) {
    return hang_up(visitor, Refusal::not_joined, "This connection has registered already.");
  }
  ++visitor.visit;
  visitor.place = Place{*room, *client};
  post(ApprtcAsk{.kind = ApprtcAsk::Kind::enlist,
                 .who = {std::move(*room), std::move(*client)},
                 .seat = seat_of(visitor)});
}

void Switchboard::hang_up(Visitor& visitor, Refusal refusal, std::string_view sentence) {
  count_refusal(refusal);
  perform(Dismiss{.seat = seat_of(visitor),
                  .text = make_text(apprtc_error(sentence)),
                  .reason = CloseReason::policy});
}

}  // namespace relay::signaling
