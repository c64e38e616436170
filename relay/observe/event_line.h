// What happened, in words. Level by kind: who came and went is info, a failed authentication is a
// warning (an operator, or fail2ban, may act), the rest is debug.
#pragma once

#include "relay/observe/log_format.h"
#include "relay/signaling/event.h"
#include "turn/effect.h"

namespace relay::observe {

LogLevel level_of(turn::Event::Kind kind);
Line line_of(const turn::Event& event);
Line line_of(const signaling::Event& event);  // info

}  // namespace relay::observe
