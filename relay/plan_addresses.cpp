#include "relay/plan_addresses.h"

#include <algorithm>

namespace relay {

using stun::Family;
using stun::IpAddress;
using stun::TransportAddress;

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

std::vector<IpAddress> usable_addresses(const HostFacts& host) {
  std::vector<IpAddress> usable;
  for (const IpAddress& ip : host.interface_addresses) {
    if (!is_link_local(ip) && !ip.is_unspecified()) add_once(usable, ip);
  }
  return usable;
}

void drop_loopback_among_others(std::vector<IpAddress>& addresses) {
  if (!std::ranges::all_of(addresses, is_loopback)) std::erase_if(addresses, is_loopback);
}

bool advertises_public_address(const Plan& plan) {
  return std::ranges::any_of(addresses_for_clients(plan), [](const turn::RelayAddress& each) {
    return !is_local_only(each.advertised());
  });
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
