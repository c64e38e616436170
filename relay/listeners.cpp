#include "relay/listeners.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace relay {
namespace {

std::string_view name_of(Protocol protocol) { return protocol == Protocol::udp ? "UDP" : "TCP"; }

std::string addresses_of_this_machine() {
  std::vector<std::string> texts;
  for (const stun::IpAddress& ip : host_facts().interface_addresses) {
    texts.push_back(ip.to_string());
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// 0.0.0.0 stands for every IPv4 address, so a second socket on one of them would take its packets.
bool is_covered(const stun::TransportAddress& address,
                const std::vector<stun::TransportAddress>& listeners) {
  if (address.ip.is_unspecified()) return false;
  return std::ranges::any_of(listeners, [&](const stun::TransportAddress& other) {
    return other.ip.is_unspecified() && other.ip.family() == address.ip.family() &&
           other.port == address.port;
  });
}

class Binder {
 public:
  explicit Binder(const Plan& plan) : settings_(plan.settings), workers_(settings_.workers) {}

  /// Both give the port, real now, or a complaint.
  std::expected<std::uint16_t, std::string> bind_udp(
      stun::TransportAddress address, std::vector<net::DatagramSocket> WorkerSockets::* to);
  std::expected<std::uint16_t, std::string> bind_tcp(
      stun::TransportAddress address, std::uint16_t wish,
      std::vector<net::BoundTcp> WorkerSockets::* to);
  std::expected<void, std::string> bind_for_metrics(const stun::TransportAddress& address);
  /// All of one kind, on whatever port is wished for where none is asked for.
  std::expected<void, std::string> bind_tcp(const std::vector<stun::TransportAddress>& addresses,
                                            std::uint16_t wish,
                                            std::vector<net::BoundTcp> WorkerSockets::* to);
  /// The same for a port that clients can do without: where nobody has asked for it and another
  /// program has it, there is a remark and nothing else.
  std::expected<void, std::string> bind_if_free(
      const std::vector<stun::TransportAddress>& addresses, std::string_view option, bool asked_for,
      std::vector<net::BoundTcp> WorkerSockets::* to, std::vector<std::string>& remarks);
  std::expected<void, std::string> bind_for_signaling(const Plan& plan,
                                                      std::vector<std::string>& remarks);
  std::vector<WorkerSockets> take() { return std::move(workers_); }

 private:
  std::unexpected<std::string> complaint(Protocol protocol, const stun::TransportAddress& address,
                                         std::error_code error) const {
    return std::unexpected(bind_complaint(protocol, address, error, settings_));
  }

  const Settings& settings_;
  std::vector<WorkerSockets> workers_;
};

/// The first worker's socket is bound alone: another turnserver on the port is found out even when
/// it would share.
std::expected<std::uint16_t, std::string> Binder::bind_udp(
    stun::TransportAddress address, std::vector<net::DatagramSocket> WorkerSockets::* to) {
  for (WorkerSockets& worker : workers_) {
    const bool first = &worker == &workers_.front();
    auto socket = net::DatagramSocket::open({.address = address,
                                             .buffer = settings_.socket_buffer,
                                             .device = settings_.listening_device,
                                             .shared = first && workers_.size() > 1,
                                             .join = !first});
    if (!socket) return complaint(Protocol::udp, address, socket.error());
    address.port = socket->local().port;
    (worker.*to).push_back(std::move(*socket));
  }
  return address.port;
}

/// With no port asked for, the one that UDP got is the first choice.
std::expected<std::uint16_t, std::string> Binder::bind_tcp(
    stun::TransportAddress address, std::uint16_t wish,
    std::vector<net::BoundTcp> WorkerSockets::* to) {
  const bool any_port = address.port == 0;
  if (any_port) address.port = wish;
  for (WorkerSockets& worker : workers_) {
    const bool first = &worker == &workers_.front();
    net::TcpOptions options{.address = address,
                            .device = settings_.listening_device,
                            .shared = first && workers_.size() > 1,
                            .join = !first};
    auto bound = net::bind_tcp(options);
    if (!bound && first && any_port && bound.error() == std::errc::address_in_use) {
      options.address.port = 0;
      bound = net::bind_tcp(options);
    }
    if (!bound) return complaint(Protocol::tcp, address, bound.error());
    address.port = bound->local.port;
    (worker.*to).push_back(std::move(*bound));
  }
  return address.port;
}

std::expected<void, std::string> Binder::bind_tcp(
    const std::vector<stun::TransportAddress>& addresses, std::uint16_t wish,
    std::vector<net::BoundTcp> WorkerSockets::* to) {
  for (const stun::TransportAddress& address : addresses) {
    if (is_covered(address, addresses)) continue;
    const auto bound = bind_tcp(address, wish, to);
    if (!bound) return std::unexpected(bound.error());
  }
  return {};
}

std::expected<void, std::string> Binder::bind_if_free(
    const std::vector<stun::TransportAddress>& addresses, std::string_view option, bool asked_for,
    std::vector<net::BoundTcp> WorkerSockets::* to, std::vector<std::string>& remarks) {
  const auto bound = bind_tcp(addresses, 0, to);
  if (bound) return {};
  if (asked_for)
    return std::unexpected(fmt::format("{}; choose another --{}", bound.error(), option));
  for (WorkerSockets& worker : workers_) (worker.*to).clear();
  remarks.push_back(
      fmt::format("{}: pages and signaling do without it; --{} chooses another, --no-signal none",
                  bound.error(), option));
  return {};
}

/// On whatever device Prometheus comes by.
std::expected<void, std::string> Binder::bind_for_metrics(const stun::TransportAddress& address) {
  auto bound = net::bind_tcp({.address = address});
  if (!bound) return complaint(Protocol::tcp, address, bound.error());
  workers_.front().metrics.push_back(std::move(*bound));
  return {};
}

std::expected<void, std::string> Binder::bind_for_signaling(const Plan& plan,
                                                            std::vector<std::string>& remarks) {
  const SignalingSettings& signal = settings_.signaling;
  auto bound = bind_if_free(plan.signal_listeners, "signal-port", signal.port.has_value(),
                            &WorkerSockets::signal, remarks);
  if (bound) {
    bound = bind_if_free(plan.signal_tls_listeners, "signal-tls-port", signal.tls_port.has_value(),
                         &WorkerSockets::signal_tls, remarks);
  }
  if (bound) {
    bound = bind_if_free(plan.chat_listeners, "chat-port", true, &WorkerSockets::chat, remarks);
  }
  return bound;
}

}  // namespace

bool is_plain_too(const Plan& plan, Protocol protocol, const stun::TransportAddress& address) {
  const bool is_served = protocol == Protocol::udp ? plan.settings.udp : plan.settings.tcp;
  return is_served && address.port != 0 &&
         (std::ranges::find(plan.listeners, address) != plan.listeners.end() ||
          is_covered(address, plan.listeners));
}

std::expected<std::vector<WorkerSockets>, std::string> bind_listeners(
    const Plan& plan, std::vector<std::string>& remarks) {
  Binder binder(plan);
  for (const stun::TransportAddress& address : plan.listeners) {
    if (is_covered(address, plan.listeners)) continue;
    std::uint16_t port = address.port;
    if (plan.settings.udp) {
      const auto bound = binder.bind_udp(address, &WorkerSockets::udp);
      if (!bound) return std::unexpected(bound.error());
      port = *bound;
    }
    if (plan.settings.tcp) {
      const auto bound = binder.bind_tcp(address, port, &WorkerSockets::tcp);
      if (!bound) return std::unexpected(bound.error());
    }
  }
  std::uint16_t port = 0;  // With none asked for, DTLS and TLS have the same if they can.
  for (const stun::TransportAddress& address : plan.dtls_listeners) {
    if (is_covered(address, plan.dtls_listeners)) continue;
    if (is_plain_too(plan, Protocol::udp, address)) continue;
    const auto bound = binder.bind_udp(address, &WorkerSockets::dtls);
    if (!bound) return std::unexpected(bound.error());
    port = *bound;
  }
  for (const stun::TransportAddress& address : plan.tls_listeners) {
    if (is_covered(address, plan.tls_listeners)) continue;
    if (is_plain_too(plan, Protocol::tcp, address)) continue;
    const auto bound = binder.bind_tcp(address, port, &WorkerSockets::tls);
    if (!bound) return std::unexpected(bound.error());
  }
  const auto proxies = binder.bind_tcp(plan.tcp_proxy_listeners, 0, &WorkerSockets::tcp_proxies);
  if (!proxies) return std::unexpected(proxies.error());
  for (const stun::TransportAddress& address : plan.udp_proxy_listeners) {
    if (is_covered(address, plan.udp_proxy_listeners)) continue;
    const auto bound = binder.bind_udp(address, &WorkerSockets::udp_proxies);
    if (!bound) return std::unexpected(bound.error());
  }
  for (const stun::TransportAddress& address : plan.metrics_listeners) {
    const auto bound = binder.bind_for_metrics(address);
    if (!bound) return std::unexpected(bound.error());
  }
  const auto signal = binder.bind_for_signaling(plan, remarks);
  if (!signal) return std::unexpected(signal.error());
  return binder.take();
}

namespace {

/// What to do where the port of an option is taken.
std::string_view way_out(std::uint16_t port, const Settings& settings) {
  if (port == settings.listening_port) return "; end it, or choose another --listening-port";
  if (port == settings.tls.port) return "; end it, or choose another --tls-listening-port";
  return "";
}

}  // namespace

std::string bind_complaint(Protocol protocol, const stun::TransportAddress& address,
                           std::error_code error, const Settings& settings) {
  const std::string where =
      fmt::format("{} port {} on {}", name_of(protocol), address.port, address.ip.to_string());
  if (error == std::errc::address_in_use) {
    return fmt::format("{} is in use by another program (`ss -{}lpn sport = :{}` names it){}",
                       where, protocol == Protocol::udp ? 'u' : 't', address.port,
                       way_out(address.port, settings));
  }
  if (error == std::errc::address_not_available) {
    return fmt::format("{} is not an address of this machine; its addresses are {}",
                       address.ip.to_string(), addresses_of_this_machine());
  }
  if (error == std::errc::permission_denied && address.port != 0 && address.port < 1024) {
    return fmt::format(
        "no permission to listen on {}: ports below 1024 need root or the capability "
        "CAP_NET_BIND_SERVICE",
        where);
  }
  if (error == std::errc::no_such_device || error == std::errc::operation_not_permitted) {
    return fmt::format("{} cannot be tied to the device \"{}\": {}", where,
                       settings.listening_device, error.message());
  }
  if (error == std::errc::too_many_files_open) {
    return fmt::format("no file descriptor is left to listen on {}; raise the limit (ulimit -n)",
                       where);
  }
  return fmt::format("cannot listen on {}: {}", where, error.message());
}

}  // namespace relay
