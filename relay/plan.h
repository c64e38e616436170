// The settings made concrete for this host: which addresses to listen and relay on, what the world
// is told instead of them, which realm, how many workers. Pure: what the host looks like is an
// argument. What does not fit this host is refused here, before a socket is opened; what
// contradicts itself on any host was refused when the options were read.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "relay/options/settings.h"
#include "stun/address.h"
#include "turn/config.h"
#include "turn/peer_policy.h"

namespace relay {

/// What was found on this machine.
struct HostFacts {
  /// Of interfaces that are up; those that the default routes leave from come first.
  std::vector<stun::IpAddress> interface_addresses;
  std::string host_name;
  std::string domain_name;  // empty: none
  std::size_t usable_cpus = 1;
  /// Fresh unpredictable letters and digits, for a password or a secret that nobody configured.
  std::string spare_password;
  std::string spare_secret;
  /// The secret that this server keeps for credentials of its own making; empty: none.
  std::string kept_secret;
};

/// Who signs self-made certificates, for clients that are to trust it.
struct OwnAuthority {
  std::string pem;
  std::string name;
  std::string fingerprint;  // SHA-256, AB:CD:...
};

struct Plan {
  Settings settings;                                   // realm, users, secrets and workers resolved
  std::vector<stun::TransportAddress> listeners;       // UDP and TCP alike; port 0: any free one
  std::vector<stun::TransportAddress> tls_listeners;   // TCP; empty: TLS is not served
  std::vector<stun::TransportAddress> dtls_listeners;  // UDP; empty: DTLS is not served
  std::vector<stun::TransportAddress> tcp_proxy_listeners, udp_proxy_listeners;
  std::vector<stun::TransportAddress> metrics_listeners;  // HTTP for Prometheus
  std::vector<stun::TransportAddress> signal_listeners, signal_tls_listeners, chat_listeners;
  turn::Config turn;  // relay_addresses filled in
  /// Without the ports of listeners opened on port 0 and without relay_port_open: the service adds
  /// both once its sockets are bound.
  turn::PeerRules peer_rules;
  std::vector<std::string> host_names;  // under which clients may know this host
  std::optional<OwnAuthority> own_authority;
  std::vector<std::string> remarks;  // sentences an operator should read; no secrets in them
  bool made_user = false;            // settings.users holds one that was made up here
  bool made_secret = false;          // settings.secrets likewise
  bool kept_secret = false;          // settings.secrets holds that of an earlier run
};

/// The user that is made up when none is configured.
inline constexpr std::string_view made_up_user = "turnbox";

/// The error is a sentence that says what to change.
std::expected<Plan, std::string> make_plan(Settings settings, const HostFacts& host);

/// Reads them from the system: getifaddrs, affinity and cgroup quota, host name.
HostFacts host_facts();

}  // namespace relay
