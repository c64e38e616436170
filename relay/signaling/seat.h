// Who somebody in a room is, for rooms: a connection of a worker, and which of its visits to rooms
// this is. A connection that leaves a room and enters another is another seat, so that nothing of
// the first room reaches it any more.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

#include "relay/signaling/door.h"

namespace relay::signaling {

struct Seat {
  std::size_t worker = 0;
  ConnectionId connection{};
  std::uint32_t visit = 0;
  friend auto operator<=>(const Seat&, const Seat&) = default;
};

/// Who waits for an answer.
struct Requester {
  std::size_t worker = 0;
  RequestId request{};
};

}  // namespace relay::signaling
