#include "relay/doctor/examine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "relay/doctor/advice.h"
#include "relay/doctor/resolve.h"
#include "relay/doctor/server_clock.h"
#include "relay/plan_addresses.h"
#include "relay/self_test/turn_client.h"

namespace relay::doctor {
namespace {

using namespace std::chrono_literals;
using self_test::Connection;
using self_test::Patience;
using self_test::TurnClient;
using stun::TransportAddress;
using turn::Transport;

constexpr auto per_way = 3s;

Patience patience() { return {std::chrono::steady_clock::now() + per_way, {}}; }

/// One examination: what was found so far, and what is told once only.
class Examination {
 public:
  explicit Examination(const Patient& patient) : patient_(patient) {}

  Report run() {
    const auto addresses = resolve(patient_.target.host);
    if (!addresses) {
      add("dns", Verdict::fail, addresses.error(),
          "Check the name, and that its DNS record is there.");
      return std::move(report_);
    }
    std::vector<std::string> texts;
    for (const stun::IpAddress& ip : *addresses) texts.push_back(ip.to_string());
    if (texts.front() != patient_.target.host) {
      add("dns", Verdict::ok,
          fmt::format("{} is {}", patient_.target.host, fmt::join(texts, ", ")));
    }
    for (const stun::IpAddress& ip : *addresses) {
      for (const Way& way : patient_.target.ways) try_way(way, {ip, way.port});
    }
    check_clock(*addresses);
    return std::move(report_);
  }

 private:
  void add(std::string_view check, Verdict verdict, std::string detail, std::string advice = "") {
    report_.findings.push_back({std::string(check), verdict, std::move(detail), std::move(advice)});
  }

  std::string host_for_tls() const {
    return patient_.name_for_tls.empty() ? patient_.target.host : patient_.name_for_tls;
  }

  void try_way(const Way& way, const TransportAddress& server) {
    const std::string_view check = name_of(way.transport);
    const auto failed = [&](const std::string& why) {
      // Many places have no IPv6: that is no fault of the server.
      const bool is_here = !server.ip.is_v4() && why.starts_with("no route");
      add(check, is_here ? Verdict::note : Verdict::fail,
          fmt::format("{}: {}", server.to_string(), why), is_here ? "" : advice_on_port(way));
    };
    auto connection = Connection::open(server, way.transport, patience(), tls_peer());
    if (!connection) return failed(connection.error());
    if (const self_test::TlsChannel* const tls = connection->tls()) check_certificate(*tls);
    if (turn::is_stream(way.transport)) clock_way_ = way;
    TurnClient client(std::move(*connection), patient_.credentials);
    const auto seen = client.binding(patience());
    if (!seen && !client.refusal()) return failed(seen.error());
    if (try_relay(client, check, server)) try_ipv6(way, server);
  }

  /// Whether there was a relay, which was an IPv4 one unless the server has none.
  bool try_relay(TurnClient& client, std::string_view check, const TransportAddress& server) {
    const auto relayed = client.allocate(patience());
    const auto answer = [&](Verdict verdict, const std::string& what, std::string advice) {
      add(check, verdict, fmt::format("{}: {}", server.to_string(), what), std::move(advice));
    };
    if (!relayed) {
      const bool wants_credentials = client.refusal() == stun::ErrorCode::unauthenticated;
      if (wants_credentials && !patient_.credentials) {
        answer(Verdict::note, "answers, and wants credentials for a relay",
               "Try the relay too: turnserver doctor URL USER PASSWORD.");
      } else {
        answer(Verdict::fail, relayed.error(),
               advice_on_refusal(client.refusal(), patient_.credentials));
      }
      return false;
    }
    const auto echo = client.send_around(*relayed, patience());
    const bool is_refused = client.refusal().has_value();
    client.release(patience());
    if (echo) {
      answer(Verdict::ok,
             fmt::format("relays, {:.2f} ms, relayed address {}",
                         static_cast<double>(echo->count()) / 1000, relayed->to_string()),
             "");
    } else if (is_refused) {
      answer(Verdict::note,
             fmt::format("gives the relayed address {}; {}", relayed->to_string(), echo.error()),
             "The server refuses itself as a peer, so that no echo can be tried.");
    } else {
      answer(Verdict::fail,
             fmt::format("relayed address {}: {}", relayed->to_string(), echo.error()),
             "Open the UDP ports of the relay range (49152-65535, --min-port, --max-port) in the "
             "firewall, and see --external-ip if the server is behind a NAT.");
    }
    check_relayed(relayed->ip, server.ip);
    return relayed->ip.is_v4();
  }

  /// RFC 8656 7.1: the family of the relayed address, where the client asks for one. Tried once.
  void try_ipv6(const Way& way, const TransportAddress& server) {
    if (std::exchange(ipv6_told_, true)) return;
    auto connection = Connection::open(server, way.transport, patience(), tls_peer());
    if (!connection) return;
    TurnClient client(std::move(*connection), patient_.credentials);
    const auto relayed = client.allocate(patience(), stun::Family::ipv6);
    if (!relayed) {
      if (client.refusal() != stun::ErrorCode::address_family_not_supported) return;
      return add("ipv6", Verdict::note, "gives no relays of IPv6",
                 "Peers that have IPv6 alone cannot be reached through it.");
    }
    const auto echo = client.send_around(*relayed, patience());
    client.release(patience());
    add("ipv6", echo ? Verdict::ok : Verdict::note,
        fmt::format("relayed address {}{}", relayed->to_string(), echo ? "" : ": " + echo.error()));
  }

  self_test::TlsPeer tls_peer() const {
    return {
        .host = host_for_tls(), .authority_file = patient_.authority_file, .protocol = "stun.turn"};
  }

  void check_relayed(const stun::IpAddress& relayed, const stun::IpAddress& server) {
    if (std::exchange(relayed_told_, true)) return;
    if (is_local_only(relayed) && !is_local_only(server)) {
      return add("external", Verdict::fail,
                 fmt::format("the relayed address {} is private, while the server is public ({})",
                             relayed.to_string(), server.to_string()),
                 fmt::format("Start it with --external-ip {}.", server.to_string()));
    }
    const bool is_local = is_local_only(relayed);
    add("external", is_local ? Verdict::note : Verdict::ok,
        fmt::format("the relayed address {} is {}", relayed.to_string(),
                    is_local ? "private: reachable in its network only" : "public"));
  }

  void check_certificate(const self_test::TlsChannel& tls) {
    if (std::exchange(certificate_told_, true)) return;
    const net::tls::Certificate certificate = tls.certificate();
    const net::tls::WallTime now = net::tls::wall_clock();
    const auto refused = [&](const std::string& why, std::string advice) {
      add("certificate", Verdict::fail, "browsers refuse it: " + why, std::move(advice));
    };
    const std::string until = net::tls::date_of(certificate.not_after);
    if (certificate.not_after < now) {
      return refused("it expired on " + until, "Renew it.");
    }
    if (certificate.not_before > now) {
      return refused("it is not valid before " + net::tls::date_of(certificate.not_before),
                     "See the clocks of server and client.");
    }
    if (!tls.names(host_for_tls())) {
      return refused(fmt::format("it is for {}, not for {}", certificate.names(), host_for_tls()),
                     "Call the server by a name of its certificate, or get one for this name.");
    }
    if (const std::string why = tls.distrust(); !why.empty()) {
      return refused(
          why,
          "Get one that browsers know, give the whole chain with --cert, or have clients "
          "trust its authority.");
    }
    const bool is_own = !patient_.authority_file.empty();
    add("certificate", is_own ? Verdict::note : Verdict::ok,
        fmt::format("for {} until {}{}", certificate.names(), until,
                    is_own ? ", self-made: clients must trust " + patient_.authority_file : ""));
  }

  void check_clock(const std::vector<stun::IpAddress>& addresses) {
    if (!clock_way_) return;
    const auto ahead = clock_of({addresses.front(), clock_way_->port}, clock_way_->transport,
                                host_for_tls(), patience().at_most(1s));
    if (!ahead) return;  // It speaks no HTTP.
    const bool is_fine = std::abs(ahead->count()) <= 60;
    add("clock", is_fine ? Verdict::ok : Verdict::fail,
        is_fine ? "that of the server and that of this machine agree"
                : fmt::format("the server's is {} s {} that of this machine",
                              std::abs(ahead->count()), ahead->count() > 0 ? "ahead of" : "behind"),
        is_fine ? "" : "Set both by NTP: credentials that end by themselves depend on it.");
  }

  const Patient& patient_;
  Report report_;
  std::optional<Way> clock_way_;
  bool relayed_told_ = false, certificate_told_ = false, ipv6_told_ = false;
};

}  // namespace

Report examine(const Patient& patient) { return Examination(patient).run(); }

}  // namespace relay::doctor
