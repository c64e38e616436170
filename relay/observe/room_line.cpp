#include <fmt/format.h>

#include <utility>

#include "relay/observe/event_line.h"

namespace relay::observe {
namespace {

using signaling::Event;

std::string_view name_of(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::joined:
      return "room_joined";
    case Event::Kind::left:
      return "room_left";
    case Event::Kind::replaced:
      return "room_replaced";
    case Event::Kind::refused:
      return "room_full";
  }
  std::unreachable();
}

std::string_view phrase_of(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::joined:
      return "came";
    case Event::Kind::left:
      return "left";
    case Event::Kind::replaced:
      return "comes again by another connection";
    case Event::Kind::refused:
      return "was turned away, the room is full";
  }
  std::unreachable();
}

}  // namespace

Line line_of(const Event& event) {
  return {.level = LogLevel::info,
          .sentence = fmt::format("room {}: {} {}, {} there", event.room, event.member,
                                  phrase_of(event.kind), event.members),
          .fields = {{"event", name_of(event.kind)},
                     {"room", event.room},
                     {"member", event.member},
                     {"members", event.members}}};
}

}  // namespace relay::observe
