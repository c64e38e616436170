// Where relays open, and what the world is told instead of those addresses.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "relay/plan_addresses.h"

namespace relay {
namespace {

using stun::Family;
using stun::IpAddress;

std::string join(const std::vector<IpAddress>& addresses) {
  std::vector<std::string> texts;
  for (const IpAddress& ip : addresses) texts.push_back(ip.to_string());
  return fmt::format("{}", fmt::join(texts, ", "));
}

bool has_family_wide_external(const Settings& settings, Family family) {
  return std::ranges::any_of(settings.external_addresses, [&](const ExternalAddress& entry) {
    return !entry.local && entry.external.family() == family;
  });
}

/// Thins out addresses that were found, not asked for. A relay on a public host's private address
/// (a container bridge, a back-end network) would be of no use to clients and open that network to
/// them. A private IPv4 address beside a public IPv6 one is the ordinary home network and stays.
/// One public IPv4 address given for the family stands in front of one local one: the first.
std::vector<IpAddress> relays_worth_having(const Settings& settings,
                                           const std::vector<IpAddress>& found) {
  const auto advertised_is_public = [&](const IpAddress& ip) {
    return !is_local_only(external_of(settings, ip).value_or(ip));
  };
  const bool any_public = std::ranges::any_of(found, advertised_is_public);
  const bool any_public_v4 = std::ranges::any_of(
      found, [&](const IpAddress& ip) { return ip.is_v4() && advertised_is_public(ip); });

  std::vector<IpAddress> kept;
  for (const IpAddress& ip : found) {
    const bool public_exists = ip.is_v4() ? any_public_v4 : any_public;
    if (public_exists && !advertised_is_public(ip)) continue;
    const bool family_has_one = std::ranges::any_of(
        kept, [&](const IpAddress& other) { return other.family() == ip.family(); });
    if (family_has_one && has_family_wide_external(settings, ip.family())) continue;
    kept.push_back(ip);
  }
  return kept;
}

/// `-E`: as given, a wildcard standing for the host's addresses of its family.
std::vector<IpAddress> configured_relays(const Settings& settings,
                                         const std::vector<IpAddress>& found) {
  std::vector<IpAddress> relays;
  for (const IpAddress& ip : settings.relay_ips) {
    if (!ip.is_unspecified()) {
      add_once(relays, ip);
      continue;
    }
    for (const IpAddress& own : found) {
      if (own.family() == ip.family() && !is_loopback(own)) add_once(relays, own);
    }
  }
  return relays;
}

/// A relay socket can be bound to an address of this host only; 127.0.0.0/8 all is.
Complaint check_is_ours(const IpAddress& ip, const HostFacts& host) {
  const bool ours =
      host.interface_addresses.empty() ||
      std::ranges::find(host.interface_addresses, ip) != host.interface_addresses.end() ||
      (ip.is_v4() && is_loopback(ip));
  if (ours) return std::nullopt;
  return fmt::format(
      "--relay-ip {}: no interface that is up has this address (there are {}); for the public "
      "address of a NAT in front of this host use --external-ip",
      ip.to_string(), join(host.interface_addresses));
}

/// A client that asks for no family gets one that there is.
turn::DefaultFamily possible_default(turn::DefaultFamily wanted,
                                     const std::vector<IpAddress>& relays) {
  const auto has = [&](Family family) {
    return std::ranges::find(relays, family, &IpAddress::family) != relays.end();
  };
  if (!has(Family::ipv4)) return turn::DefaultFamily::ipv6;
  return has(Family::ipv6) ? wanted : turn::DefaultFamily::ipv4;
}

Complaint check_external_addresses(const Settings& settings) {
  const auto& entries = settings.external_addresses;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ExternalAddress& entry = entries[i];
    if (entry.local && entry.local->family() != entry.external.family()) {
      return fmt::format("--external-ip {}/{}: both must be of one family (IPv4 or IPv6)",
                         entry.external.to_string(), entry.local->to_string());
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (entry.local && entries[j].local == entry.local) {
        return fmt::format("--external-ip names {} twice, as {} and {}; keep one of them",
                           entry.local->to_string(), entries[j].external.to_string(),
                           entry.external.to_string());
      }
      if (!entry.local && !entries[j].local &&
          entries[j].external.family() == entry.external.family()) {
        return fmt::format(
            "--external-ip is given twice for {}: {} and {}; keep one of them, or say which local "
            "address each belongs to: --external-ip PUBLIC/LOCAL",
            entry.external.is_v4() ? "IPv4" : "IPv6", entries[j].external.to_string(),
            entry.external.to_string());
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<IpAddress> external_of(const Settings& settings, const IpAddress& local) {
  std::optional<IpAddress> of_family;
  for (const ExternalAddress& entry : settings.external_addresses) {
    if (entry.local == local) return entry.external;
    if (!entry.local && entry.external.family() == local.family()) of_family = entry.external;
  }
  return is_loopback(local) ? std::nullopt : of_family;
}

Complaint plan_relays(Plan& plan, const HostFacts& host) {
  const Settings& settings = plan.settings;
  const std::vector<IpAddress> found = usable_addresses(host);
  std::vector<IpAddress> relays = configured_relays(settings, found);
  if (settings.relay_ips.empty()) {
    std::ranges::copy_if(settings.listening_ips, std::back_inserter(relays),
                         [](const IpAddress& ip) { return !ip.is_unspecified(); });
    if (relays.empty()) relays = relays_worth_having(settings, found);
    drop_loopback_among_others(relays);
  } else {
    for (const IpAddress& ip : relays) {
      if (const Complaint wrong = check_is_ours(ip, host)) return wrong;
    }
  }
  for (const IpAddress& ip : relays) {
    plan.turn.relay_addresses.push_back({.local = ip, .external = std::nullopt});
  }
  plan.turn.default_family = possible_default(plan.turn.default_family, relays);
  if (!relays.empty()) return std::nullopt;
  return "no address of this host can carry relays; name one with --relay-ip";
}

Complaint plan_external_addresses(Plan& plan) {
  if (const Complaint wrong = check_external_addresses(plan.settings)) return wrong;
  for (turn::RelayAddress& relay : plan.turn.relay_addresses) {
    relay.external = external_of(plan.settings, relay.local);
  }
  for (const ExternalAddress& entry : plan.settings.external_addresses) {
    const bool used = std::ranges::any_of(
        plan.turn.relay_addresses,
        [&](const turn::RelayAddress& relay) { return relay.external == entry.external; });
    if (used) continue;
    plan.remarks.push_back(
        fmt::format("--external-ip {} has no effect: {}", entry.external.to_string(),
                    entry.local ? fmt::format("no relay opens on {}", entry.local->to_string())
                                : "no relay address of its family is without one, loopback apart"));
  }
  return std::nullopt;
}

}  // namespace relay
