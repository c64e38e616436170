#include "relay/startup_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "relay/plan_addresses.h"

namespace relay {
namespace {

using nlohmann::ordered_json;

Ports ports_of(const Service& service) {
  const auto udp = service.udp_listeners();
  const auto tcp = service.tcp_listeners();
  const auto tls = service.tls_listeners();
  const auto dtls = service.dtls_listeners();
  return {.udp = udp.empty() ? std::uint16_t{0} : udp.front().port,
          .tcp = tcp.empty() ? std::uint16_t{0} : tcp.front().port,
          .tls = tls.empty() ? std::uint16_t{0} : tls.front().port,
          .dtls = dtls.empty() ? std::uint16_t{0} : dtls.front().port};
}

/// `3478/udp+tcp 5349/tls+dtls`
std::string ports_text(Ports ports) {
  std::string text;
  const auto add = [&](std::uint16_t one, std::string_view of_one, std::uint16_t other,
                       std::string_view of_other) {
    const bool same = one == other;
    if (one != 0) text += fmt::format("{}{}/{}", text.empty() ? "" : " ", one, of_one);
    if (other == 0) return;
    text += same ? fmt::format("+{}", of_other)
                 : fmt::format("{}{}/{}", text.empty() ? "" : " ", other, of_other);
  };
  add(ports.udp, "udp", ports.tcp, "tcp");
  add(ports.tls, "tls", ports.dtls, "dtls");
  return text;
}

/// An IPv6 address stands in brackets there.
std::string in_url(const std::string& host) { return host.contains(':') ? "[" + host + "]" : host; }

std::string ready_line(const Plan& plan, Ports ports) {
  if (plan.turn.stun_only) return fmt::format("READY  stun {}", ports_text(ports));
  return fmt::format("READY  turn {}   relay {}-{}   realm {}", ports_text(ports),
                     plan.settings.min_port, plan.settings.max_port, plan.settings.realm);
}

ordered_json urls(const Plan& plan, Ports ports, const net::tls::Certificate* certificate) {
  ordered_json all = ordered_json::array();
  for (const turn::RelayAddress& address : addresses_for_clients(plan)) {
    const stun::IpAddress& ip = address.advertised();
    const std::string host = in_url(ip.to_string());
    if (plan.turn.stun_only) {
      all.push_back(fmt::format("stun:{}:{}", host, ports.udp != 0 ? ports.udp : ports.tcp));
      continue;
    }
    if (ports.udp != 0) all.push_back(fmt::format("turn:{}:{}?transport=udp", host, ports.udp));
    if (ports.tcp != 0) all.push_back(fmt::format("turn:{}:{}?transport=tcp", host, ports.tcp));
    if (ports.tls != 0) {
      const std::string tls_host = certificate ? in_url(host_for_tls(ip, *certificate)) : host;
      const std::string url = fmt::format("turns:{}:{}?transport=tcp", tls_host, ports.tls);
      if (std::find(all.begin(), all.end(), url) == all.end()) all.push_back(url);
    }
  }
  return all;
}

}  // namespace

std::string host_for_tls(const stun::IpAddress& address, const net::tls::Certificate& certificate) {
  const std::string text = address.to_string();
  if (certificate.is_for_address(text)) return text;
  const auto name = std::ranges::find_if(
      certificate.dns_names, [](const std::string& each) { return !each.contains('*'); });
  return name == certificate.dns_names.end() ? text : *name;
}

std::string startup_screen(const Plan& plan, const Service& service,
                           const Certificates* certificates) {
  const Ports ports = ports_of(service);
  std::optional<net::tls::Certificate> certificate;
  if (certificates != nullptr) certificate = certificates->context().certificate();
  std::string screen = ready_line(plan, ports) + "\n";
  if (plan.made_secret) {
    screen += fmt::format("SECRET {}   for this run; keep one with --static-auth-secret\n",
                          plan.settings.secrets.front());
  }
  return screen + "PASTE  " + ice_servers(plan, ports, certificate ? &*certificate : nullptr) +
         "\n";
}

std::string check_line(const std::string& findings) { return "CHECK  " + findings + "\n"; }

std::string ice_servers(const Plan& plan, Ports ports, const net::tls::Certificate* certificate) {
  ordered_json server{{"urls", urls(plan, ports, certificate)}};
  if (!plan.turn.stun_only) {
    const auto credentials = self_test::credentials_of(plan.settings);
    // A browser wants a name and a password for any turn: URL, even where nobody asks for them.
    server["username"] = credentials ? credentials->username : "anyone";
    server["credential"] = !credentials       ? "anything"
                           : credentials->key ? "<the password>"
                                              : credentials->password;
  }
  return ordered_json::array({server}).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace relay
