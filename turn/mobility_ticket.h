// What a client shows to have its allocation under a new five-tuple (RFC 8016): which allocation it
// is and how often it has moved, sealed with AES-256-GCM under a key of this process. It names no
// user: an allocation has one for all its life, and whoever resumes it has to be that one. Opaque
// to clients, but 32 bytes of which none is zero: coturn's clients keep it as a C string of 32.
//
//   12 bytes: nonce, random | 8 bytes sealed: worker, serial, moves | 12 bytes: tag
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "stun/aes_gcm.h"
#include "turn/types.h"

namespace turn {

/// An allocation of this process whose client may move; never used again. It keeps its name when
/// it moves to another worker than the one where it was made.
struct AllocationName {
  std::uint8_t worker = 0;   // where it was made
  std::uint64_t serial = 0;  // 40 bits

  friend auto operator<=>(const AllocationName&, const AllocationName&) = default;
};

struct MobilityTicket {
  AllocationName allocation;
  std::uint16_t moves = 0;  // the allocation's, when it is good

  friend bool operator==(const MobilityTicket&, const MobilityTicket&) = default;
};

/// One thread owns it; all workers have the same key.
class TicketSealer {
 public:
  using Key = std::array<std::byte, 32>;
  using Sealed = std::array<std::byte, 32>;

  explicit TicketSealer(const Key& key) : cipher_(key) {}

  /// Different every time.
  Sealed seal(const MobilityTicket& ticket, Random& random);
  /// Nothing: we have not made it.
  std::optional<MobilityTicket> unseal(Bytes sealed);

 private:
  stun::AesGcm cipher_;
};

}  // namespace turn
