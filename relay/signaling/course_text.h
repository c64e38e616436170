// The messages of the course protocol that the server itself says. Their keys and their order are
// those that the clients of the course know; `error` and `full` are new, and old clients skip them.
#pragma once

#include <string>
#include <string_view>

#include "relay/signaling/name.h"
#include "relay/signaling/refusal.h"

namespace relay::signaling {

std::string new_peer(const Name& uid);
std::string resp_join(const Name& uid);
std::string peer_leave(const Name& uid);
std::string full(const Name& room, const Name& uid);
std::string pong();
/// `ref` is the command that it is about; empty: it is not known.
std::string error(Refusal refusal, std::string_view ref);

}  // namespace relay::signaling
