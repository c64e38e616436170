// The addresses that relays are opened on, and the two faces that each has when a 1:1 NAT stands in
// front of it: the local one that sockets are bound to and the external one that the world is told.
// Two clients of one server meet through it (a hairpin) without the NAT's help.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "turn/config.h"
#include "turn/types.h"

namespace turn {

class RelayAddresses {
 public:
  /// `config` outlives this.
  explicit RelayAddresses(const Config& config) : config_(config) {}

  bool has(Family family) const;
  /// Where the next relay of that family opens for a client that came to `asked`; has(family).
  const IpAddress& pick(Family family, const IpAddress& asked);

  /// The same relay as the world knows it.
  TransportAddress advertised(const TransportAddress& bound) const;
  /// The same peer as it is reached from here: an external address of ours becomes the local one.
  TransportAddress reachable(const TransportAddress& peer) const;

 private:
  const Config& config_;
  std::array<std::size_t, 2> turn_{};  // round robin, by family
};

}  // namespace turn
