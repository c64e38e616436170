#include "relay/self_test/self_test.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "relay/plan_addresses.h"
#include "relay/self_test/credentials.h"
#include "relay/self_test/turn_client.h"

namespace relay::self_test {
namespace {

using namespace std::chrono_literals;
using stun::TransportAddress;
using turn::Transport;

/// Shares of `longest`, so that a silent UDP port leaves time to try TCP.
constexpr auto per_transport = 1100ms;
constexpr auto for_hairpin = 600ms;

std::string_view name_of(Transport transport) {
  return transport == Transport::udp ? "udp" : "tcp";
}

std::expected<std::chrono::microseconds, Failure> send_around(TurnClient& client,
                                                              const TransportAddress& relayed,
                                                              const Patience& patience) {
  if (const auto done = client.permit(relayed, patience); !done) {
    return std::unexpected(done.error());
  }
  if (const auto done = client.bind_channel(relayed, patience); !done) {
    return std::unexpected(done.error());
  }
  return client.echo(patience);
}

/// Through the relay and back to the client's own relayed address: how long a message takes.
std::expected<std::chrono::microseconds, Failure> relay_around(TurnClient& client,
                                                               const Patience& patience) {
  const auto relayed = client.allocate(patience);
  if (!relayed) return std::unexpected(relayed.error());
  const auto echo = send_around(client, *relayed, patience);
  client.release(patience);
  return echo;
}

/// Clients who come to this listener are served by others.
bool sends_clients_on(const Plan& plan, const TransportAddress& server, Transport transport) {
  const auto& alternates = plan.turn.alternates.of(transport);
  return !alternates.empty() &&
         std::ranges::find(alternates, server, &turn::AlternateServer::address) == alternates.end();
}

std::string check_transport(const Plan& plan, const TransportAddress& server, Transport transport,
                            const Patience& patience) {
  const auto failed = [&](const Failure& why) {
    return fmt::format("{} FAILED at {}: {}", name_of(transport), server.to_string(), why);
  };
  auto connection = Connection::open(server, transport, patience);
  if (!connection) return failed(connection.error());
  TurnClient client(std::move(*connection), credentials_of(plan.settings));
  if (plan.turn.answer_binding && !plan.turn.authenticate_binding) {
    const auto seen = client.binding(patience);
    if (!seen) return failed(seen.error());
  }
  if (plan.turn.stun_only || !plan.turn.udp_relay) {
    return fmt::format("{} ok (STUN alone)", name_of(transport));
  }
  if (sends_clients_on(plan, server, transport)) {
    return fmt::format("{} ok (sends clients to other servers)", name_of(transport));
  }
  const auto echo = relay_around(client, patience);
  if (!echo) return failed(echo.error());
  return fmt::format("{} ok {:.2f} ms", name_of(transport),
                     static_cast<double>(echo->count()) / 1000);
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

std::string check(const Plan& plan, const Service& service, const std::stop_token& stop) {
  const Patience all{std::chrono::steady_clock::now() + longest, stop};
  const auto addresses = addresses_for_clients(plan);
  if (addresses.empty()) return "no address to try";
  const turn::RelayAddress& address = addresses.front();

  std::vector<std::string> findings;
  const auto udp = reach(service.udp_listeners(), address.local);
  const auto tcp = reach(service.tcp_listeners(), address.local);
  if (udp) {
    findings.push_back(check_transport(plan, *udp, Transport::udp, all.at_most(per_transport)));
  }
  if (tcp) {
    findings.push_back(check_transport(plan, *tcp, Transport::tcp, all.at_most(per_transport)));
  }
  if (address.external && udp) {
    findings.push_back(
        check_public_address({*address.external, udp->port}, all.at_most(for_hairpin)));
  }
  if (const auto remark = remark_on_reach(address)) findings.push_back(*remark);
  return fmt::format("{}", fmt::join(findings, " | "));
}

}  // namespace relay::self_test
