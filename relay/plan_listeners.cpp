// Where to listen: for clients, for proxies, for pages and for Prometheus.
#include <algorithm>

#include "relay/plan_addresses.h"

namespace relay {
namespace {

using stun::IpAddress;
using stun::TransportAddress;

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

}  // namespace relay
