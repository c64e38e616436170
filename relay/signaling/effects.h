// What rooms want done, as values in order: texts for connections, ends of connections, answers to
// requests, and what a log should know. Rooms only queue them; a Switchboard carries them out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "relay/signaling/event.h"
#include "relay/signaling/refusal.h"
#include "relay/signaling/seat.h"

namespace relay::signaling {

inline Text make_text(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// Why a connection is closed, as its close frame says (RFC 6455 7.4).
enum class CloseReason : std::uint16_t {
  policy = 1008,
  try_again_later = 1013,
  replaced = 4001,  // the same member came by another connection
};

/// Nothing happens if the seat is not taken any more.
struct Deliver {
  Seat to;
  Text text;
  bool ends_visit = false;  // the seat is not in the room after all
};

/// The connection ends, after its last words if there are any.
struct Dismiss {
  Seat seat;
  Text text;  // null: without a word
  CloseReason reason = CloseReason::replaced;
};

struct Reply {
  Requester to;
  http::Status status = http::Status::ok;
  std::string content;
  std::string_view content_type;  // a literal
};

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view text_type = "text/plain; charset=utf-8";

using Effect = std::variant<Deliver, Dismiss, Reply>;

struct Effects {
  void deliver(const Seat& to, Text text) { queue.push_back(Deliver{to, std::move(text)}); }
  void turn_away(const Seat& to, Text text) { queue.push_back(Deliver{to, std::move(text), true}); }
  void dismiss(const Seat& seat, CloseReason reason, Text text = nullptr) {
    queue.push_back(Dismiss{seat, std::move(text), reason});
  }
  void reply_json(const Requester& to, std::string content) {
    queue.push_back(Reply{to, http::Status::ok, std::move(content), json_type});
  }
  void reply_text(const Requester& to, http::Status status, std::string content) {
    queue.push_back(Reply{to, status, std::move(content), text_type});
  }
  void count(Refusal refusal) { ++refused[std::to_underlying(refusal)]; }

  std::vector<Effect> queue;
  std::vector<Event> events;
  std::size_t forwarded = 0;  // messages from one member to another
  std::array<std::size_t, refusal_kinds> refused{};
};

}  // namespace relay::signaling
