// Where clients are sent to other servers, and the auxiliary listeners that they may be spread
// over.
#include <algorithm>

#include "relay/plan_addresses.h"

namespace relay {
namespace {

using stun::TransportAddress;

const std::vector<turn::AlternateServer>& first_given(
    const std::vector<turn::AlternateServer>& particular,
    const std::vector<turn::AlternateServer>& general) {
  return particular.empty() ? general : particular;
}

/// The auxiliary listeners as the world knows them; a wildcard stands for what there is.
std::vector<turn::AlternateServer> own_alternates(const Settings& settings, const HostFacts& host) {
  std::vector<turn::AlternateServer> own;
  const auto add = [&](const stun::IpAddress& ip, std::uint16_t port) {
    own.push_back({.address = {external_of(settings, ip).value_or(ip), port}, .domain = {}});
  };
  for (const TransportAddress& listener : settings.auxiliary_listeners) {
    if (!listener.ip.is_unspecified()) {
      add(listener.ip, listener.port);
      continue;
    }
    for (const stun::IpAddress& ip : host.interface_addresses) {
      const bool of_use = !is_loopback(ip) && !is_link_local(ip);
      if (of_use && ip.family() == listener.ip.family()) add(ip, listener.port);
    }
  }
  return own;
}

}  // namespace

void plan_redirection(Plan& plan, const HostFacts& host) {
  const Settings& settings = plan.settings;
  turn::Alternates& alternates = plan.turn.alternates;
  for (const TransportAddress& listener : settings.auxiliary_listeners) {
    if (std::ranges::find(plan.listeners, listener) != plan.listeners.end()) continue;
    plan.listeners.push_back(listener);
    alternates.auxiliary.push_back(listener);
  }
  alternates.udp = first_given(settings.udp_alternate_servers, settings.alternate_servers);
  alternates.tcp = first_given(settings.tcp_alternate_servers, settings.alternate_servers);
  alternates.tls = settings.tls_alternate_servers;
  const bool balances = settings.udp_self_balance && !settings.auxiliary_listeners.empty();
  if (balances) alternates.udp = own_alternates(settings, host);
  // Where nobody is configured, nobody can sign in here: who is sent on is asked there.
  const bool redirects =
      !alternates.udp.empty() || !alternates.tcp.empty() || !alternates.tls.empty();
  if (!redirects || !plan.made_user || balances) return;
  alternates.before_authentication = true;
  plan.remarks.push_back(
      "no user is configured: clients are sent to the alternate servers without being asked who "
      "they are");
}

}  // namespace relay
