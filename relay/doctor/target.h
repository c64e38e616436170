// The server that the doctor is asked about: a URL as in iceServers (RFC 7064, RFC 7065), or a host
// alone with or without its port.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turn/types.h"

namespace relay::doctor {

/// One way in.
struct Way {
  turn::Transport transport = turn::Transport::udp;
  std::uint16_t port = 3478;
};

struct Target {
  std::string host;  // a name, or an address as text
  std::vector<Way> ways;
};

/// The error is a sentence that says what to write.
std::expected<Target, std::string> parse_target(std::string_view text);

}  // namespace relay::doctor
