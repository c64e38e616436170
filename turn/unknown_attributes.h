// Comprehension-required attributes that this server does not know (RFC 8489 6.3.1, 14.13).
#pragma once

#include <cstddef>
#include <span>

#include "stun/message_view.h"

namespace turn {

/// Writes the unknown ones of `message` to `out` as far as it has room, and says how many it wrote.
/// With `discovery` those of RFC 5780 are known.
std::size_t unknown_attributes(const stun::MessageView& message, std::span<stun::AttributeType> out,
                               bool discovery = false);

}  // namespace turn
