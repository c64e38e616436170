// Gives a folder of our own to the user that the process is about to become, so that what is kept
// there can be renewed afterwards.
#pragma once

#include <expected>
#include <string>

#include "relay/process/privileges.h"

namespace relay::process {

/// Does nothing without a change of user. A folder that holds anything but our `*.pem` and `lock`
/// is left alone: it is somebody else's. The error is a sentence.
std::expected<void, std::string> hand_over(const std::string& folder, const Identity& identity);

}  // namespace relay::process
