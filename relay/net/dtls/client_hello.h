// The ClientHello of DTLS (RFC 6347 4.2.1), as far as it is looked at before a client has shown
// that it is where it says.
#pragma once

#include <optional>

#include "relay/net/dtls/record.h"

namespace relay::net::dtls {

/// Views into the record.
struct ClientHello {
  std::uint64_t record_sequence = 0;
  std::uint16_t message_sequence = 0;
  stun::Bytes random;
  stun::Bytes cookie;
  /// What stays the same when the client shows the cookie: version, random and session id; ciphers
  /// and compression methods.
  stun::Bytes before_cookie, behind_cookie;
};

/// Whether the record says that it begins with a ClientHello that anybody may send.
bool is_client_hello(const Record& record);
/// Nothing when it is malformed, or in fragments: those would have to be kept for a stranger.
std::optional<ClientHello> parse_client_hello(const Record& record);

}  // namespace relay::net::dtls
