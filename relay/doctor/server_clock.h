// What time it is at the server, by the Date of an HTTP answer (RFC 9110 6.6.1).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "relay/self_test/connection.h"

namespace relay::doctor {

/// How far its clock is ahead of ours; nothing: it does not say.
std::optional<std::chrono::seconds> clock_of(const stun::TransportAddress& server,
                                             turn::Transport transport, const std::string& host,
                                             const self_test::Patience& patience);

/// Of the first Date field in a head; nothing: there is none that can be read.
std::optional<std::chrono::sys_seconds> date_in(std::string_view head);

}  // namespace relay::doctor
