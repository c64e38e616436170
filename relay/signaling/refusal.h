// Why somebody's message or wish is refused, as clients and operators are told.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace relay::signaling {

enum class Refusal : std::uint8_t {
  bad_json,
  unknown_room,
  unknown_peer,
  not_joined,
  rate,
  name,
  full,  // the room
  busy,  // there are as many rooms, or guests of the chat, as there may be
  too_big,
};
inline constexpr std::size_t refusal_kinds = 9;

/// As errors of the course protocol and metrics call it.
constexpr std::string_view text_of(Refusal refusal) {
  constexpr std::array<std::string_view, refusal_kinds> texts{
      "bad-json", "unknown-room", "unknown-peer", "not-joined", "rate",
      "name",     "full",         "busy",         "too-big"};
  return texts[std::to_underlying(refusal)];
}

}  // namespace relay::signaling
