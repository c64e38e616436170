// The requests of AppRTC, taken apart: /join, /message, /leave, /params and /collider.
#pragma once

#include <functional>
#include <variant>

#include "relay/http/request.h"
#include "relay/http/response.h"
#include "relay/signaling/apprtc_rooms.h"
#include "relay/signaling/mail.h"

namespace relay::signaling {

/// Not one of AppRTC's.
struct NotApprtc {};

/// What to do: nothing, answer at once, or ask the room. `fresh_client` names whoever joins; the
/// requester is left open.
using ApprtcRequest = std::variant<NotApprtc, http::Response, ApprtcAsk>;
ApprtcRequest read_apprtc_request(const http::Request& request,
                                  const std::function<Name()>& fresh_client);

}  // namespace relay::signaling
