// Comprehension-required attributes that nobody here knows (RFC 8489 6.3.1, 14.13).
#pragma once

#include <cstddef>
#include <span>

#include "stun/message_view.h"

namespace stun {

/// Comprehension-optional, or one of RFC 8489's own.
bool is_known(AttributeType type);

/// Writes the attributes of `message` that `known` denies to `out`, each once, as far as it has
/// room, and says how many it wrote: a stranger does not decide how long an answer gets.
std::size_t unknown_attributes(const MessageView& message, bool (*known)(AttributeType),
                               std::span<AttributeType> out);

}  // namespace stun
