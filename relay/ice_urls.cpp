#include "relay/ice_urls.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "relay/http/request_head.h"
#include "relay/plan_addresses.h"
#include "relay/service.h"

namespace relay {
namespace {

using net::tls::Certificate;

/// One host, as plain clients call it and as those that check the certificate do.
struct Called {
  std::string plain, tls;
};

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lowered;
}

/// A wildcard stands for one label (RFC 9525 6.3).
bool covers(const Certificate& certificate, const std::string& name) {
  return std::ranges::any_of(certificate.dns_names, [&](const std::string& each) {
    const std::string known = lower(each);
    if (!known.starts_with("*.")) return known == name;
    const std::size_t dot = name.find('.');
    return dot != std::string::npos && dot != 0 && known.substr(1) == name.substr(dot);
  });
}

std::optional<Called> call_address(const stun::IpAddress& ip, const Plan& plan,
                                   const Certificate* certificate) {
  const auto& own = plan.peer_rules.own_addresses;
  if (ip.is_unspecified() || std::ranges::find(own, ip) == own.end()) return std::nullopt;
  return Called{ip.to_string(), certificate ? host_for_tls(ip, *certificate) : ip.to_string()};
}

std::optional<Called> call_name(const std::string& name, const Plan& plan,
                                const Certificate* certificate) {
  if (certificate != nullptr && covers(*certificate, name)) return Called{name, name};
  const auto& known = plan.host_names;
  if (std::ranges::find(known, name) == known.end() && name != lower(plan.settings.realm)) {
    return std::nullopt;
  }
  const auto told = addresses_for_clients(plan);
  if (told.empty() || certificate == nullptr) return Called{name, name};
  return Called{name, host_for_tls(told.front().advertised(), *certificate)};
}

/// What the client calls us, where that is us and reaches as far as what others are told.
std::vector<Called> names_for(const Plan& plan, const Certificate* certificate,
                              std::string_view host) {
  const auto told = addresses_for_clients(plan);
  const bool only_here = std::ranges::all_of(
      told, [](const turn::RelayAddress& each) { return is_loopback(each.advertised()); });
  const std::string name = lower(host);
  const auto ip = stun::IpAddress::parse(name);
  const bool is_this_machine = ip ? is_loopback(*ip) : name == "localhost";
  if (!name.empty() && (only_here || !is_this_machine)) {
    const auto called =
        ip ? call_address(*ip, plan, certificate) : call_name(name, plan, certificate);
    if (called) return {*called};
  }
  std::vector<Called> all;
  for (const turn::RelayAddress& address : told) {
    const stun::IpAddress& advertised = address.advertised();
    all.push_back({advertised.to_string(),
                   certificate ? host_for_tls(advertised, *certificate) : advertised.to_string()});
  }
  return all;
}

}  // namespace

Ports ports_of(const ListeningAt& at) {
  const auto first = [](const std::vector<stun::TransportAddress>& listeners) {
    return listeners.empty() ? std::uint16_t{0} : listeners.front().port;
  };
  return {.udp = first(at.udp), .tcp = first(at.tcp), .tls = first(at.tls), .dtls = first(at.dtls)};
}

std::string host_for_tls(const stun::IpAddress& address, const Certificate& certificate) {
  const std::string text = address.to_string();
  if (certificate.is_for_address(text)) return text;
  const auto name = std::ranges::find_if(
      certificate.dns_names, [](const std::string& each) { return !each.contains('*'); });
  return name == certificate.dns_names.end() ? text : *name;
}

bool is_own_name(std::string_view name, const Plan& plan, const Certificate* certificate) {
  const std::string host = lower(name);
  const Settings& settings = plan.settings;
  if (certificate != nullptr && covers(*certificate, host)) return true;
  if (host == lower(settings.realm) || host == lower(settings.server_name)) return true;
  if (std::ranges::find(plan.host_names, host) != plan.host_names.end()) return true;
  return std::ranges::any_of(settings.signaling.origins, [&](const std::string& origin) {
    return origin == "*" || lower(http::host_of(origin)) == host;
  });
}

std::string in_url(const std::string& host) { return host.contains(':') ? "[" + host + "]" : host; }

std::vector<std::string> ice_urls(const Plan& plan, Ports ports, const Certificate* certificate,
                                  std::string_view host) {
  std::vector<std::string> all;
  const auto add = [&](std::string url) {
    if (std::ranges::find(all, url) == all.end()) all.push_back(std::move(url));
  };
  for (const Called& called : names_for(plan, certificate, host)) {
    const std::string plain = in_url(called.plain);
    if (plan.turn.stun_only) {
      add(fmt::format("stun:{}:{}", plain, ports.udp != 0 ? ports.udp : ports.tcp));
      continue;
    }
    if (ports.udp != 0) add(fmt::format("turn:{}:{}?transport=udp", plain, ports.udp));
    if (ports.tcp != 0) add(fmt::format("turn:{}:{}?transport=tcp", plain, ports.tcp));
    if (ports.tls != 0) {
      add(fmt::format("turns:{}:{}?transport=tcp", in_url(called.tls), ports.tls));
    }
  }
  return all;
}

}  // namespace relay
