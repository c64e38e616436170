#include "relay/self_test/self_test.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "relay/ice_urls.h"
#include "relay/plan_addresses.h"
#include "relay/self_test/credentials.h"
#include "relay/self_test/turn_client.h"

namespace relay::self_test {
namespace {

using namespace std::chrono_literals;
using stun::TransportAddress;
using turn::Transport;

/// Shares of `longest`, so that a silent UDP port leaves time to try the others.
constexpr auto per_transport = 1000ms;
constexpr auto for_hairpin = 500ms;

/// Clients who come to this listener are served by others.
bool sends_clients_on(const Plan& plan, const TransportAddress& server, Transport transport) {
  const auto& alternates = plan.turn.alternates.of(transport);
  return !alternates.empty() &&
         std::ranges::find(alternates, server, &turn::AlternateServer::address) == alternates.end();
}

/// A listener as a client on this machine reaches it, and as clients call it.
struct Entrance {
  TransportAddress address;
  Transport transport = Transport::udp;
  TlsPeer peer;
  bool own_authority = false;  // has signed the certificate: few know it
};

/// What browsers will say to the certificate; empty: nothing, or that its authority is unknown to
/// them, which the screen tells beside.
std::string remark_on_certificate(const Connection& connection, const Entrance& at) {
  const TlsChannel* const tls = connection.tls();
  if (tls == nullptr || at.transport == Transport::dtls) return "";  // Browsers know no DTLS here.
  const net::tls::Certificate certificate = tls->certificate();
  if (certificate.not_after < net::tls::wall_clock()) {
    return fmt::format(" (browsers refuse the certificate: it expired on {})",
                       net::tls::date_of(certificate.not_after));
  }
  if (certificate.dns_names.empty() && certificate.addresses.empty()) {
    return " (browsers refuse the certificate: it has no subjectAltName, and they read nothing "
           "else)";
  }
  if (!tls->names(at.peer.host)) {
    return fmt::format(" (browsers refuse the certificate: it is not for {})", at.peer.host);
  }
  const std::string why = at.own_authority ? "" : tls->distrust();
  return why.empty() ? "" : fmt::format(" (the certificate is not trusted here: {})", why);
}

std::string check_transport(const Plan& plan, const Entrance& at, const Patience& patience) {
  const std::string_view name = name_of(at.transport);
  const auto failed = [&](const Failure& why) {
    return fmt::format("{} FAILED at {}: {}", name, at.address.to_string(), why);
  };
  auto connection = Connection::open(at.address, at.transport, patience, at.peer);
  if (!connection) return failed(connection.error());
  const std::string remark = remark_on_certificate(*connection, at);
  TurnClient client(std::move(*connection), credentials_of(plan.settings));
  if (plan.turn.answer_binding && !plan.turn.authenticate_binding) {
    const auto seen = client.binding(patience);
    if (!seen) return failed(seen.error());
  }
  if (plan.turn.stun_only || !plan.turn.udp_relay) {
    return fmt::format("{} ok (STUN alone){}", name, remark);
  }
  if (sends_clients_on(plan, at.address, at.transport)) {
    return fmt::format("{} ok (sends clients to other servers){}", name, remark);
  }
  const auto echo = client.relay_around(patience);
  if (!echo) return failed(echo.error());
  return fmt::format("{} ok {:.2f} ms{}", name, static_cast<double>(echo->count()) / 1000, remark);
}

/// The listener's address as a client on this machine reaches it.
std::optional<TransportAddress> reach(const std::vector<TransportAddress>& listeners,
                                      const stun::IpAddress& ip) {
  for (const TransportAddress& listener : listeners) {
    const bool wildcard = listener.ip.is_unspecified() && listener.ip.family() == ip.family();
    if (listener.ip == ip || wildcard) return TransportAddress{ip, listener.port};
  }
  return std::nullopt;
}

/// Whether the public address leads back here is for the NAT to say; some do not from inside.
std::string check_public_address(const TransportAddress& server, const Patience& patience) {
  auto connection = Connection::open(server, Transport::udp, patience);
  if (connection && TurnClient(std::move(*connection), std::nullopt).binding(patience)) {
    return fmt::format("{} leads here", server.to_string());
  }
  return fmt::format("{} does not answer from inside, which many NATs forbid: try from outside",
                     server.to_string());
}

std::optional<std::string> remark_on_reach(const turn::RelayAddress& address) {
  if (is_loopback(address.advertised())) {
    return "this address is loopback: reachable on this machine only (--listening-ip)";
  }
  if (is_local_only(address.advertised())) {
    return "this address is private: reachable only in this LAN (--external-ip)";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check(const Plan& plan, const Service& service,
                                 const Certificates* certificates, const std::stop_token& stop) {
  const Patience all{std::chrono::steady_clock::now() + longest, stop};
  const auto addresses = addresses_for_clients(plan);
  if (addresses.empty()) return "no address to try";
  const turn::RelayAddress& address = addresses.front();

  const bool own_authority = certificates != nullptr && !certificates->own_folder().empty();
  std::vector<std::string> findings;
  const auto check_at = [&](const std::optional<TransportAddress>& server, Transport transport,
                            const TlsPeer& peer) {
    if (!server) return;
    findings.push_back(check_transport(plan, {*server, transport, peer, own_authority},
                                       all.at_most(per_transport)));
  };
  const auto udp = reach(service.udp_listeners(), address.local);
  check_at(udp, Transport::udp, {});
  check_at(reach(service.tcp_listeners(), address.local), Transport::tcp, {});
  if (!plan.settings.tls.client_ca_file.empty()) {
    findings.push_back("tls not tried: it wants a certificate of clients (--CA-file)");
  } else if (certificates != nullptr) {
    const TlsPeer peer{
        .host = host_for_tls(address.advertised(), certificates->context().certificate()),
        .authority_file = "",
        .protocol = "stun.turn"};
    check_at(reach(service.tls_listeners(), address.local), Transport::tls, peer);
    check_at(reach(service.dtls_listeners(), address.local), Transport::dtls, peer);
  }
  if (address.external && udp) {
    findings.push_back(
        check_public_address({*address.external, udp->port}, all.at_most(for_hairpin)));
  }
  if (const auto remark = remark_on_reach(address)) findings.push_back(*remark);
  if (stop.stop_requested()) return std::nullopt;  // What did not answer was given no time to.
  return fmt::format("{}", fmt::join(findings, " | "));
}

}  // namespace relay::self_test
