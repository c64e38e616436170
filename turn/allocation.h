// An allocation (RFC 8656 3.2): what one client holds on this server. One relayed transport
// address, or two of different families (a dual allocation), each with its own time-to-expiry;
// permissions and channels that both share.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stun/error_code.h"
#include "stun/message_type.h"
#include "turn/channel_table.h"
#include "turn/deadline_wheel.h"
#include "turn/effect.h"
#include "turn/mobility.h"
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
  Time expires_at;
  TransportAddress bound;       // on our own interface
  TransportAddress advertised;  // what the client is told

  bool live(Time now) const { return state == State::open && now < expires_at; }
};

class Allocation {
 public:
  Allocation(const FiveTuple& five_tuple, std::string_view user)
      : client(five_tuple), username(user) {}

  /// The relay of that family, live at `now`, or null.
  Relay* relay(Family family, Time now);
  /// Some relay is live.
  bool live(Time now) const { return relays[0].live(now) || relays[1].live(now); }
  /// The nearest time at which a relay expires.
  Time next_expiry() const;

  // What every packet needs stands together, in front.
  FiveTuple client;  // changes while no index has the allocation (RFC 8016)
  struct Buckets {
    TokenBucket from_client, to_client;
    std::uint64_t bytes_per_second = 0;
    bool asked_for = false;  // by BANDWIDTH
  };
  std::unique_ptr<Buckets> buckets;  // only with a bandwidth limit
  Event::Totals totals;
  ChannelTable channels;
  std::array<Relay, 2> relays;
  PermissionTable permissions;

  /// The relays listen for TCP (RFC 6062).
  bool is_tcp() const { return connections != nullptr; }
  std::unique_ptr<std::vector<ConnectionId>> connections;  // only of a TCP allocation

  DeadlineWheel::Hook hook{this};
  std::string username;
  std::string_view realm;                     // lives as long as the authenticator
  std::unique_ptr<const std::string> origin;  // only where it must stay the same
  /// By the access token that came last; null: made with a password, or without.
  std::unique_ptr<TokenSession> session;
  std::unique_ptr<Mobility> mobility;  // null: the client has not asked for a ticket

  /// What a retransmitted Allocate request is answered with (RFC 8656 7.2).
  stun::TransactionId transaction{};
  Seconds granted{};
  std::optional<ReservationToken> reservation;
  struct AddressError {
    Family family{};
    stun::ErrorCode code{};
  };
  std::optional<AddressError> address_error;  // the half of a dual allocation that failed
};

}  // namespace turn
