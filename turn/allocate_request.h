// An Allocate request whose attributes are in order (RFC 8656 7.2): once it exists, only resources
// and quotas can still refuse it.
#pragma once

#include <expected>
#include <optional>

#include "stun/error_code.h"
#include "stun/message_view.h"
#include "turn/config.h"
#include "turn/types.h"

namespace turn {

/// BANDWIDTH counts kilobits per second, of 1024 bits as coturn has them; in bytes.
inline constexpr std::uint64_t bandwidth_unit = 128;

struct AllocateRequest {
  std::optional<Family> family;                   // REQUESTED-ADDRESS-FAMILY
  bool tcp = false;                               // REQUESTED-TRANSPORT
  bool additional_ipv6 = false;                   // ADDITIONAL-ADDRESS-FAMILY
  bool even_port = false;                         // EVEN-PORT
  bool reserve_next = false;                      // its R bit
  std::optional<ReservationToken> token;          // RESERVATION-TOKEN
  std::optional<Seconds> lifetime;                // LIFETIME
  std::optional<std::uint64_t> bytes_per_second;  // BANDWIDTH, in bandwidth_unit there

  /// The error code of 7.2, or of RFC 6062 5.1, for a request whose attributes are not in order, or
  /// that wants what is not relayed here.
  static std::expected<AllocateRequest, stun::ErrorCode> parse(const stun::MessageView& message,
                                                               const Config& config);
};

/// LIFETIME's value, or 400 when it is not four bytes long.
std::expected<std::optional<Seconds>, stun::ErrorCode> parse_lifetime(
    const stun::MessageView& message);
/// An address family attribute's value, 440 for a family that does not exist, 400 for a wrong size.
std::expected<std::optional<Family>, stun::ErrorCode> parse_family(const stun::MessageView& message,
                                                                   stun::AttributeType type);

}  // namespace turn
