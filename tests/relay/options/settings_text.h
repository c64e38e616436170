// All settings as one text, so that two of them can be compared and a difference read.
#pragma once

#include <string>

#include "relay/options/settings.h"

namespace relay::options {

std::string settings_text(const Settings& settings);

}  // namespace relay::options
