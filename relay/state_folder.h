// Where a server keeps what outlives it, when nobody says where.
#pragma once

#include <string>

namespace relay {

/// $STATE_DIRECTORY as systemd sets it, else /var/lib/turnserver where that can be written, else
/// ~/.local/state/turnserver.
std::string state_folder();

}  // namespace relay
