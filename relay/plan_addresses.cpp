#include "relay/plan_addresses.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace relay {
namespace {

using stun::Family;
using stun::IpAddress;
using stun::TransportAddress;

std::string join(const std::vector<IpAddress>& addresses) {
  std::vector<std::string> texts;
  for (const IpAddress& ip : addresses) texts.push_back(ip.to_string());
  return fmt::format("{}", fmt::join(texts, ", "));
}

template <typename T>
bool contains(const std::vector<T>& values, const T& value) {
  return std::ranges::find(values, value) != values.end();
}

template <typename T>
void add_once(std::vector<T>& values, const T& value) {
  if (!contains(values, value)) values.push_back(value);
}

std::vector<IpAddress> usable_addresses(const HostFacts& host) {
  std::vector<IpAddress> usable;
  for (const IpAddress& ip : host.interface_addresses) {
    if (!is_link_local(ip) && !ip.is_unspecified()) add_once(usable, ip);
  }
  return usable;
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

/// Loopback relays reach nobody else, and relays that take turns would hand them to clients from
/// afar: they stay only where there is nothing else. A client on this machine is served well by
/// any other address of it.
void drop_loopback_among_others(std::vector<IpAddress>& addresses) {
  if (!std::ranges::all_of(addresses, is_loopback)) std::erase_if(addresses, is_loopback);
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
  const bool ours = host.interface_addresses.empty() || contains(host.interface_addresses, ip) ||
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

void plan_proxies(Plan& plan) {
  ProxySettings& proxy = plan.settings.proxy;
  if ((!proxy.tcp_port && !proxy.udp_port) || !proxy.trusted.empty()) return;
  proxy.trusted = {{IpAddress::v4({127, 0, 0, 0}), IpAddress::v4({127, 255, 255, 255})},
                   {*IpAddress::parse("::1"), *IpAddress::parse("::1")}};
  plan.remarks.push_back(
      "only proxies on this very host are believed on the ports for proxies; name others with "
      "--trusted-proxy");
}

void plan_signaling(Plan& plan, const IpAddress& ip) {
  const SignalingSettings& signal = plan.settings.signaling;
  add_once(plan.signal_listeners, TransportAddress{ip, signal.port.value_or(usual_signal_port)});
  if (plan.settings.tls.served) {
    add_once(plan.signal_tls_listeners,
             TransportAddress{ip, signal.tls_port.value_or(usual_signal_tls_port)});
  }
  if (signal.chat_port) add_once(plan.chat_listeners, TransportAddress{ip, *signal.chat_port});
}

/// Any address is one socket for each family that this host has.
void plan_metrics(Plan& plan, const HostFacts& host) {
  const MetricsSettings& metrics = plan.settings.metrics;
  if (!metrics.served) return;
  if (metrics.address) {
    plan.metrics_listeners = {{*metrics.address, metrics.port}};
    return;
  }
  for (const IpAddress& ip : host.interface_addresses) {
    const IpAddress any = ip.is_v4() ? IpAddress::v4({}) : IpAddress::v6({});
    add_once(plan.metrics_listeners, TransportAddress{any, metrics.port});
  }
}

}  // namespace

bool is_loopback(const IpAddress& ip) {
  static constexpr IpAddress v6_loopback =
      IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  return ip.is_v4() ? ip.bytes()[0] == 127 : ip == v6_loopback;
}

bool is_link_local(const IpAddress& ip) {
  const auto bytes = ip.bytes();
  return ip.is_v4() ? bytes[0] == 169 && bytes[1] == 254
                    : bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool is_local_only(const IpAddress& ip) {
  return is_loopback(ip) || is_link_local(ip) || turn::is_private(ip);
}

bool advertises_public_address(const Plan& plan) {
  return std::ranges::any_of(addresses_for_clients(plan), [](const turn::RelayAddress& each) {
    return !is_local_only(each.advertised());
  });
}

std::optional<IpAddress> external_of(const Settings& settings, const IpAddress& local) {
  std::optional<IpAddress> of_family;
  for (const ExternalAddress& entry : settings.external_addresses) {
    if (entry.local == local) return entry.external;
    if (!entry.local && entry.external.family() == local.family()) of_family = entry.external;
  }
  return is_loopback(local) ? std::nullopt : of_family;
}

Complaint plan_listeners(Plan& plan, const HostFacts& host) {
  const Settings& settings = plan.settings;
  const std::vector<IpAddress> addresses =
      settings.listening_ips.empty() ? usable_addresses(host) : settings.listening_ips;
  for (const IpAddress& ip : addresses) {
    add_once(plan.listeners, TransportAddress{ip, settings.listening_port});
    if (settings.tls.served) {
      add_once(plan.tls_listeners, TransportAddress{ip, settings.tls.port});
    }
    if (settings.tls.datagrams) {
      add_once(plan.dtls_listeners, TransportAddress{ip, settings.tls.port});
    }
    if (settings.signaling.served) plan_signaling(plan, ip);
    if (const auto port = settings.proxy.tcp_port) {
      add_once(plan.tcp_proxy_listeners, TransportAddress{ip, *port});
    }
    if (const auto port = settings.proxy.udp_port) {
      add_once(plan.udp_proxy_listeners, TransportAddress{ip, *port});
    }
  }
  plan_proxies(plan);
  plan_metrics(plan, host);
  if (!plan.listeners.empty()) return std::nullopt;
  return "no network interface of this host is up; say where to listen with --listening-ip";
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

void plan_peer_rules(Plan& plan, const HostFacts& host) {
  const Settings& settings = plan.settings;
  turn::PeerRules& rules = plan.peer_rules;
  rules.allow_loopback = settings.allow_loopback_peers;
  rules.allow_multicast = settings.allow_multicast_peers;
  rules.allow_private = std::ranges::any_of(
      plan.turn.relay_addresses,
      [](const turn::RelayAddress& relay) { return is_local_only(relay.advertised()); });
  rules.allowed = settings.allowed_peers;
  rules.denied = settings.denied_peers;

  rules.own_addresses = host.interface_addresses;
  for (const turn::RelayAddress& relay : plan.turn.relay_addresses) {
    add_once(rules.own_addresses, relay.local);
    add_once(rules.own_addresses, relay.advertised());
    add_once(rules.own_relay_addresses, relay.local);
    add_once(rules.own_relay_addresses, relay.advertised());
  }
  for (const auto* const listeners :
       {&plan.listeners, &plan.tls_listeners, &plan.dtls_listeners, &plan.signal_listeners,
        &plan.signal_tls_listeners, &plan.chat_listeners}) {
    for (const TransportAddress& listener : *listeners) {
      if (!listener.ip.is_unspecified()) add_once(rules.own_addresses, listener.ip);
      if (listener.port != 0) rules.own_listeners.push_back(listener);
    }
  }
}

std::vector<turn::RelayAddress> addresses_for_clients(const Plan& plan) {
  const auto listens_on = [&](const IpAddress& ip) {
    return std::ranges::any_of(plan.listeners, [&](const TransportAddress& listener) {
      return listener.ip == ip ||
             (listener.ip.is_unspecified() && listener.ip.family() == ip.family());
    });
  };
  std::vector<IpAddress> local;
  for (const turn::RelayAddress& relay : plan.turn.relay_addresses) {
    if (listens_on(relay.local)) local.push_back(relay.local);
  }
  for (const IpAddress& ip : plan.peer_rules.own_addresses) {
    if (listens_on(ip) && !is_link_local(ip)) add_once(local, ip);
  }
  drop_loopback_among_others(local);

  std::vector<turn::RelayAddress> told;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto first = std::ranges::find(local, family, &IpAddress::family);
    if (first == local.end()) continue;
    const turn::RelayAddress address{.local = *first,
                                     .external = external_of(plan.settings, *first)};
    // A unique-local IPv6 address adds nothing to an IPv4 one.
    if (told.empty() || !is_local_only(address.advertised())) told.push_back(address);
  }
  return told;
}

}  // namespace relay
