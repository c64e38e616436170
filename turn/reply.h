// The answer to a request before it is bytes. Handlers return one; the dispatcher alone writes,
// signs and sends it.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "auth/authenticator.h"
#include "stun/behavior_discovery.h"
#include "stun/error_code.h"
#include "stun/message_view.h"
#include "turn/allocation.h"
#include "turn/redirection.h"
#include "turn/types.h"

namespace turn {

struct Reply {
  std::optional<stun::ErrorCode> code;  // none: success
  bool challenge = false;               // REALM, NONCE and what else a client needs to authenticate
  std::string_view realm;               // of the challenge
  std::optional<TransportAddress> mapped;
  bool mapped_too = false;  // MAPPED-ADDRESS besides XOR-MAPPED-ADDRESS
  std::optional<stun::DiscoveryAnswer> discovery;
  std::optional<FiveTuple> way;  // where it leaves from and goes to, if not the way back
  std::array<std::optional<TransportAddress>, 2> relayed;
  std::optional<Seconds> lifetime;
  std::optional<ReservationToken> reservation;
  std::optional<ConnectionId> connection;      // CONNECTION-ID
  std::optional<TicketSealer::Sealed> ticket;  // MOBILITY-TICKET
  std::optional<std::uint32_t> bandwidth;      // in bandwidth_unit
  std::optional<Allocation::AddressError> address_error;
  std::optional<Alternate> alternate;
  std::array<stun::AttributeType, 8> unknown{};  // the first unknown_count of them
  std::size_t unknown_count = 0;
  std::optional<ConnectionId> bound;  // once answered, the stream is this one's

  static Reply success() { return {}; }
  static Reply error(stun::ErrorCode code) { return {.code = code}; }
};

/// What of a request its answer depends on, kept while the answer is not ready.
struct RequestContext {
  FiveTuple client;
  stun::Method method{};
  stun::TransactionId transaction{};
  bool fingerprint = false;  // the request had one
  auth::Signature signature;
};

struct ReplyStyle {
  std::string_view software;
  bool reason_phrases = false;
  bool always_fingerprint = false;
};

/// The bytes of `reply` in `buffer`, signed as the request was; empty when they do not fit.
Bytes write_reply(const Reply& reply, const RequestContext& request, const ReplyStyle& style,
                  const auth::Authenticator& authenticator, std::span<std::byte> buffer, Time now);

}  // namespace turn
