// Texts as JSON writes them (RFC 8259 7).
#pragma once

#include <string>
#include <string_view>

namespace relay::signaling {

/// In quotation marks. `text` is UTF-8.
std::string quoted(std::string_view text);

}  // namespace relay::signaling
