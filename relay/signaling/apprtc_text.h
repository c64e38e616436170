// What AppRTC's clients are told, in the types that they expect: most of the parameters of a room
// are JSON within strings, and every text on a WebSocket has both its keys.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "relay/signaling/door.h"
#include "relay/signaling/name.h"

namespace relay::signaling {

/// Where a client reaches this server, as its own request told.
struct Base {
  std::string host;  // with the port
  bool secure = false;
};

/// The parameters without a room.
std::string apprtc_params(const Base& base);

struct ApprtcWelcome {
  const Base& base;
  const Name& room;
  const Name& client;
  bool is_initiator;
  std::span<const Text> messages;  // that came before
};
std::string apprtc_welcome(const ApprtcWelcome& welcome);

/// `{"result":"..."}`, with empty parameters as all clients may look for them.
std::string apprtc_result(std::string_view result);

/// Of another client, over the WebSocket.
std::string apprtc_message(std::string_view text);
std::string apprtc_error(std::string_view sentence);

}  // namespace relay::signaling
