// The Binding answer (RFC 8489 6.3.1 and 12): stateless, no credentials.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "stun/address.h"
#include "stun/message_view.h"

namespace stun {

struct BindingOptions {
  std::string_view software;        // SOFTWARE value, none when empty
  bool always_fingerprint = false;  // else FINGERPRINT mirrors the request
  bool mapped_address_too = false;  // a plain MAPPED-ADDRESS beside the XOR one
  bool reason_phrases = false;
};

/// The answer to the Binding `request` from `client`, written into `buffer`: a success with
/// XOR-MAPPED-ADDRESS, or 420 with UNKNOWN-ATTRIBUTES. Nothing when it does not fit (200 bytes
/// always do, SOFTWARE apart).
std::optional<Bytes> answer_binding(const MessageView& request, const TransportAddress& client,
                                    const BindingOptions& options, std::span<std::byte> buffer);

}  // namespace stun
