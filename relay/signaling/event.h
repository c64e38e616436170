// Somebody came to a room or went: what a log tells of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace relay::signaling {

struct Event {
  enum class Kind : std::uint8_t {
    joined,
    left,
    replaced,  // by another connection of the same member, which joins next
    refused,   // the room is full
  };
  Kind kind = Kind::joined;
  std::string room;
  std::string member;
  std::size_t members = 0;  // afterwards
};

}  // namespace relay::signaling
