// The addresses of a plan: where to listen, where relays open, what the world is told instead, and
// which peers follow from that. Steps of make_plan(), in this order; each gives a complaint or
// nothing.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "relay/plan.h"

namespace relay {

using Complaint = std::optional<std::string>;

/// `-L`, or every address of this host that is not link-local.
Complaint plan_listeners(Plan& plan, const HostFacts& host);
/// `-E`, else the `-L` that are no wildcards, else the host's own addresses.
Complaint plan_relays(Plan& plan, const HostFacts& host);
/// `-X`.
Complaint plan_external_addresses(Plan& plan);
/// `--aux-server`, `--alternate-server` and its kin.
void plan_redirection(Plan& plan, const HostFacts& host);
/// `--rfc5780`: pairs of addresses, and the listeners on the second ports.
void plan_discovery(Plan& plan, const HostFacts& host);
/// Must come last: it depends on what relays advertise, and on all listeners.
void plan_peer_rules(Plan& plan, const HostFacts& host);

/// 127.0.0.0/8 or ::1.
bool is_loopback(const stun::IpAddress& ip);
/// 169.254.0.0/16 or fe80::/10.
bool is_link_local(const stun::IpAddress& ip);
/// Reachable from this host or its network alone.
bool is_local_only(const stun::IpAddress& ip);
/// Clients are told an address that is more than that.
bool advertises_public_address(const Plan& plan);
/// The public address that `-X` names for one of ours, if any. A pair for this very address beats
/// an address for the whole family, which is never meant for loopback.
std::optional<stun::IpAddress> external_of(const Settings& settings, const stun::IpAddress& local);
/// Those of the host that are more than link-local.
std::vector<stun::IpAddress> usable_addresses(const HostFacts& host);
/// Loopback relays reach nobody else, and relays that take turns would hand them to clients from
/// afar: they stay only where there is nothing else. A client on this machine is served well by
/// any other address of it.
void drop_loopback_among_others(std::vector<stun::IpAddress>& addresses);
template <typename T>
void add_once(std::vector<T>& values, const T& value) {
  if (std::ranges::find(values, value) == values.end()) values.push_back(value);
}
/// Where clients are told to come, the best first: at most one address a family, as it is here and
/// as the world sees it.
std::vector<turn::RelayAddress> addresses_for_clients(const Plan& plan);

}  // namespace relay
