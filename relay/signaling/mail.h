// What the switchboards of several workers say to each other: asks of rooms, which go to the worker
// that has the room, and effects of rooms, which go to the worker that has the connection. Between
// two workers everything arrives once and in order; nothing else is promised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "relay/signaling/apprtc_rooms.h"
#include "relay/signaling/effects.h"
#include "relay/signaling/name.h"

namespace relay::signaling {

// Asks of the course's rooms.
struct Join {
  Name room, uid;
  Seat seat;
};
struct Leave {
  Name room;
  Seat seat;
};
struct Forward {
  Name room;
  Seat from;
  Name to;
  Text text;
  std::string_view cmd;  // a literal
};

/// Of the chat.
struct ChatAsk {
  enum class Kind : std::uint8_t { enter, say, leave };
  Kind kind;
  Seat seat;
  std::string text;
};

/// Of AppRTC's rooms.
struct ApprtcAsk {
  enum class Kind : std::uint8_t { join, message, leave, post, remove, enlist, send, lose };
  Kind kind;
  ApprtcClient who;
  std::string text = {};
  Base base = {};       // of a join
  Requester from = {};  // of requests
  Seat seat = {};       // of WebSockets
};

using Item = std::variant<Join, Leave, Forward, ChatAsk, ApprtcAsk, Deliver, Dismiss, Reply>;

/// The way to the other workers.
class Mail {
 public:
  /// Has that worker's Switchboard::on_mail() called with `items`, on its own thread.
  virtual void send(std::size_t worker, std::vector<Item> items) = 0;

 protected:
  ~Mail() = default;
};

}  // namespace relay::signaling
