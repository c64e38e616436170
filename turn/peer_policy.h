// Which peers may be talked to through the relay. Every address is first reduced to one canonical
// form, so that no IPv4-in-IPv6 disguise passes a rule that its plain form would not.
// Immutable once made; shared by all workers.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "turn/types.h"

namespace turn {

/// An inclusive range of one family.
struct AddressRange {
  IpAddress first, last;

  /// `10.0.0.1`, `10.0.0.0-10.0.0.255`, `10.0.0.0/8`, and the same in IPv6. The error is a sentence
  /// that names what is wrong.
  static std::expected<AddressRange, std::string> parse(std::string_view text);
  bool contains(const IpAddress& ip) const { return first <= ip && ip <= last; }
};

enum class Denial : std::uint8_t {
  none,
  unspecified,    // 0.0.0.0/8, ::
  loopback,       // 127.0.0.0/8, ::1
  link_local,     // 169.254.0.0/16, fe80::/10, fec0::/10
  multicast,      // 224.0.0.0/4, ff00::/8, and broadcast 255.255.255.255, reserved 240.0.0.0/4
  private_range,  // RFC 1918, 100.64.0.0/10, fc00::/7 while our relay address is public
  listed,         // --denied-peer-ip
  own_listener,   // one of our own listening sockets or databases
};
std::string_view to_string(Denial denial);

struct PeerRules {
  bool allow_loopback = false;
  bool allow_multicast = false;
  /// True when a relay address is private itself: a LAN must work.
  bool allow_private = false;
  std::vector<AddressRange> allowed{};  // beats denied and private; not the always-refused ranges
  std::vector<AddressRange> denied{};
  /// Never reachable, whatever else says so: our listeners. An unspecified IP stands for every
  /// address in own_addresses.
  std::vector<TransportAddress> own_listeners{};
  /// Addresses of this host, relay and external addresses included.
  std::vector<IpAddress> own_addresses{};
  /// Relay addresses (local and external): always reachable at ports where relay_port_open says
  /// that one of our relays is. At other ports the ranges decide as anywhere: a media server may
  /// share the host.
  std::vector<IpAddress> own_relay_addresses{};
  std::function<bool(const TransportAddress&)> relay_port_open{};  // asked in canonical form
};

class PeerPolicy {
 public:
  explicit PeerPolicy(PeerRules rules);

  /// May a permission be installed for this address? An own relay address always may; the port is
  /// looked at when data flows.
  Denial check(const IpAddress& peer) const;
  /// May a datagram go to this very address and port? Needs asking per datagram only when
  /// depends_on_port(peer.ip).
  Denial check(const TransportAddress& peer) const;
  /// True for this host's own addresses: the answer differs from port to port, and in time.
  bool depends_on_port(const IpAddress& peer) const;

 private:
  // These take canonical addresses.
  Denial check_ranges(const IpAddress& ip) const;
  bool is_own(const IpAddress& ip) const;
  bool is_own_relay(const IpAddress& ip) const;
  bool is_own_listener(const TransportAddress& peer) const;

  PeerRules rules_;  // every address in canonical form
};

/// The IPv4 address inside an IPv4-mapped, -translated or -compatible, 6to4 or NAT64 address; every
/// other address as it is. Teredo and ISATAP addresses stay; check() looks into them besides.
IpAddress canonical(const IpAddress& ip);

/// Private, shared or unique-local: RFC 1918, 100.64.0.0/10, fc00::/7.
bool is_private(const IpAddress& ip);

}  // namespace turn
