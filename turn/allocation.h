// An allocation (RFC 8656 3.2): what one client holds on this server. One relayed transport
// address, or two of different families (a dual allocation), each with its own time-to-expiry;
// permissions and channels that both share.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "stun/error_code.h"
#include "stun/message_type.h"
#include "turn/channel_table.h"
#include "turn/deadline_wheel.h"
#include "turn/effect.h"
#include "turn/permission_table.h"
#include "turn/token_bucket.h"
#include "turn/types.h"

namespace turn {

/// One relayed transport address of an allocation.
struct Relay {
  enum class State : std::uint8_t { none, opening, open };
  State state = State::none;
  Family family = Family::ipv4;
  RelayId id;
  TransportAddress bound;       // on our own interface
  TransportAddress advertised;  // what the client is told
  Time expires_at;

  bool live(Time now) const { return state == State::open && now < expires_at; }
};

class Allocation {
 public:
  explicit Allocation(std::string_view user) : username(user) {}

  /// The relay of that family, live at `now`, or null.
  Relay* relay(Family family, Time now);
  /// Some relay is live.
  bool live(Time now) const { return relays[0].live(now) || relays[1].live(now); }
  /// The nearest time at which a relay expires.
  Time next_expiry() const;

  const FiveTuple* client = nullptr;  // the key under which the table holds this
  std::string username;
  std::array<Relay, 2> relays;
  PermissionTable permissions;
  ChannelTable channels;

  /// What a retransmitted Allocate request is answered with (RFC 8656 7.2).
  stun::TransactionId transaction{};
  Seconds granted{};
  std::optional<ReservationToken> reservation;
  struct AddressError {
    Family family{};
    stun::ErrorCode code{};
  };
  std::optional<AddressError> address_error;  // the half of a dual allocation that failed

  Event::Totals totals;
  struct Buckets {
    TokenBucket from_client, to_client;
  };
  std::unique_ptr<Buckets> buckets;  // only with a bandwidth limit
  DeadlineWheel::Hook hook{this};
};

}  // namespace turn
