// The Binding of the obsolete RFC 3489, whose messages have no magic cookie: the transaction id
// takes its place too. Its clients expect plain addresses and know no FINGERPRINT.
#pragma once

#include <optional>
#include <span>

#include "stun/address.h"
#include "stun/error_code.h"
#include "stun/message_view.h"

namespace stun {

/// Numbers that later RFCs use no more.
inline constexpr auto classic_source_address = static_cast<AttributeType>(0x0004);
inline constexpr auto classic_changed_address = static_cast<AttributeType>(0x0005);

struct ClassicAnswer {
  TransportAddress mapped;
  TransportAddress source;
  std::optional<TransportAddress> changed;  // where there is a second address
};

/// Each gives nothing when it does not fit; 100 bytes are enough.
std::optional<Bytes> answer_classic(const MessageView& request, const ClassicAnswer& answer,
                                    std::span<std::byte> buffer);
/// With `unknown`, if it has any.
std::optional<Bytes> refuse_classic(const MessageView& request, ErrorCode code,
                                    std::span<const AttributeType> unknown,
                                    std::span<std::byte> buffer);

/// Whether a request may hold the attribute. RESPONSE-ADDRESS is unknown: nobody sends answers to
/// somebody else. With `change`, CHANGE-REQUEST is known.
bool is_known_to_classic(AttributeType type, bool change);

}  // namespace stun
