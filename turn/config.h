// What an operator may set about the state machine. A value, fixed while the server lives.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turn/behavior_discovery.h"
#include "turn/limits.h"
#include "turn/redirection.h"
#include "turn/types.h"

namespace turn {

/// One address that relays are opened on, and what the world is told instead of it.
struct RelayAddress {
  IpAddress local;
  std::optional<IpAddress> external;  // the address of a 1:1 NAT in front of it

  const IpAddress& advertised() const { return external ? *external : local; }
};

/// The family of a relay when the client asks for none (-A, --allocation-default-address-family).
enum class DefaultFamily : std::uint8_t { ipv4, ipv6, keep };

struct Config {
  Seconds max_lifetime = default_max_lifetime;
  Seconds permission_lifetime = default_permission_lifetime;
  Seconds channel_lifetime = default_channel_lifetime;

  /// Never empty in a server that relays. With `prefer_asked` a relay opens on the address that
  /// the client came to when that is among them; otherwise they take turns by family.
  std::vector<RelayAddress> relay_addresses;
  bool prefer_asked = true;
  DefaultFamily default_family = DefaultFamily::ipv4;

  Alternates alternates;

  bool udp_relay = true;
  bool tcp_relay = true;  // RFC 6062
  Seconds peer_connect_time = default_peer_connect_time;
  Seconds bind_time = default_bind_time;
  /// Connections to peers of all TCP allocations of one server.
  std::size_t max_connections = 4096;

  /// Binding requests: answered, ignored, or answered only when authenticated.
  bool answer_binding = true;
  bool authenticate_binding = false;
  bool stun_only = false;
  DiscoveryAddresses discovery;
  bool rfc3489 = false;  // answer clients of the obsolete RFC 3489, which send no magic cookie

  bool rfc5766_channel_numbers = false;  // accept 0x5000-0x7FFF too
  bool always_fingerprint = false;
  bool reason_phrases = false;
  bool mapped_address_too = false;
  bool server_relay = false;  // peers need no permission (non-standard, dangerous)
  std::string software;       // empty: no SOFTWARE attribute

  bool events = true;           // queue Event effects
  bool announce_peers = false;  // queue ExpectPeer effects
  /// Tell clients of ICMP errors (RFC 8656 11.5). Some give up on a Data indication without DATA.
  bool tell_icmp_errors = false;

  /// Bytes per second and direction of one allocation; 0: no limit.
  std::uint64_t max_bps = 0;
  /// In these realms another one.
  std::map<std::string, std::uint64_t, std::less<>> max_bps_by_realm;
  std::uint64_t max_bps_of(std::string_view realm) const {
    const auto own = max_bps_by_realm.find(realm);
    return own == max_bps_by_realm.end() ? max_bps : own->second;
  }

  bool check_origin = false;  // ORIGIN stays the same as long as the allocation
};

}  // namespace turn
