// What the rooms and connections of one worker count: written by its thread, read by anybody.
#pragma once

#include <array>

#include "relay/net/counter.h"
#include "relay/signaling/refusal.h"

namespace relay::signaling {

struct Counters {
  net::Counter connections;     // WebSockets and streams of events, now
  net::Counter rooms, members;  // that this worker has, now
  net::Counter texts;           // that arrived
  net::Counter forwarded;       // messages from one member to another
  std::array<net::Counter, refusal_kinds> refused;
};

}  // namespace relay::signaling
