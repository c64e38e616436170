// The addresses of NAT Behavior Discovery (RFC 5780) on this host: which IP addresses make pairs,
// and the listeners on the second ports.
#include <fmt/format.h>

#include <algorithm>

#include "relay/plan_addresses.h"

namespace relay {
namespace {

using stun::IpAddress;
using stun::TransportAddress;
using Address = turn::DiscoveryAddresses::Address;

/// `-L`, a wildcard standing for what there is of its family.
std::vector<IpAddress> listening_addresses(const Plan& plan, const HostFacts& host) {
  std::vector<IpAddress> addresses;
  const auto add = [&](const IpAddress& ip) {
    if (std::ranges::find(addresses, ip) == addresses.end()) addresses.push_back(ip);
  };
  for (const TransportAddress& listener : plan.listeners) {
    if (!listener.ip.is_unspecified()) {
      add(listener.ip);
      continue;
    }
    for (const IpAddress& ip : host.interface_addresses) {
      if (ip.family() == listener.ip.family() && !is_link_local(ip)) add(ip);
    }
  }
  return addresses;
}

/// A client that reaches one of the two reaches the other.
bool make_a_pair(const Address& a, const Address& b) {
  return a.local.family() == b.local.family() && is_loopback(a.local) == is_loopback(b.local) &&
         is_local_only(a.advertised) == is_local_only(b.advertised) && a.advertised != b.advertised;
}

/// To each the next one that it makes a pair with, around the end; none: it is left out.
std::vector<Address> paired(const std::vector<Address>& all) {
  std::vector<Address> found;
  const auto has_partner = [&](const Address& address) {
    return std::ranges::any_of(all, [&](const Address& b) { return make_a_pair(address, b); });
  };
  std::ranges::copy_if(all, std::back_inserter(found), has_partner);
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::size_t other = (i + 1) % found.size();
    while (!make_a_pair(found[i], found[other])) other = (other + 1) % found.size();
    found[i].other = other;
  }
  return found;
}

/// The second port on the addresses that were paired; on a wildcard where that is listened on.
void add_listeners(std::vector<TransportAddress>& listeners,
                   const turn::DiscoveryAddresses& discovery, std::uint16_t port) {
  std::vector<TransportAddress> more;
  for (const TransportAddress& listener : listeners) {
    const bool of_use = std::ranges::any_of(discovery.addresses, [&](const Address& address) {
      return listener.ip == address.local ||
             (listener.ip.is_unspecified() && listener.ip.family() == address.local.family());
    });
    if (of_use) more.push_back({listener.ip, port});
  }
  listeners.insert(listeners.end(), more.begin(), more.end());
}

}  // namespace

void plan_discovery(Plan& plan, const HostFacts& host) {
  const Settings& settings = plan.settings;
  if (!settings.behavior_discovery) return;
  std::vector<Address> all;
  for (const IpAddress& ip : listening_addresses(plan, host)) {
    all.push_back({.local = ip, .advertised = external_of(settings, ip).value_or(ip)});
  }
  turn::DiscoveryAddresses& discovery = plan.turn.discovery;
  discovery.addresses = paired(all);
  if (discovery.empty()) {
    plan.remarks.push_back(
        "--rfc5780 has no effect: it takes two addresses of one family to listen on (-L), both "
        "public or both private, each with a public one of its own where there is a NAT (-X)");
    return;
  }
  discovery.ports.push_back({settings.listening_port, settings.alternate_port});
  add_listeners(plan.listeners, discovery, settings.alternate_port);
  if (settings.tls.port == 0) return;
  discovery.ports.push_back({settings.tls.port, settings.tls.alternate_port});
  add_listeners(plan.tls_listeners, discovery, settings.tls.alternate_port);
  add_listeners(plan.dtls_listeners, discovery, settings.tls.alternate_port);
}

}  // namespace relay
