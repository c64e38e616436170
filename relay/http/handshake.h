// The opening handshake of a WebSocket, the server's side (RFC 6455 4.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "relay/http/request_head.h"
#include "relay/http/response.h"

namespace relay::http {

/// Whether this asks for a WebSocket, well or badly.
bool asks_for_websocket(const RequestHead& head);
/// What to refuse it with; nothing when it is as it should be.
std::optional<Response> judge_websocket(const RequestHead& head);
/// The answer to a request that was judged good, whole; from then on frames are spoken.
std::string accept_websocket(const RequestHead& head);

}  // namespace relay::http
