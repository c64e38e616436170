// Binds every listening socket of every worker before any of them runs, so that a service starts
// whole or not at all.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "relay/net/datagram_socket.h"
#include "relay/net/tcp_listener.h"
#include "relay/plan.h"

namespace relay {

/// The sockets that one worker listens on.
struct WorkerSockets {
  std::vector<net::DatagramSocket> udp;
  std::vector<net::BoundTcp> tcp;
  std::vector<net::BoundTcp> tls;         // they take plain TCP too, and the others TLS
  std::vector<net::DatagramSocket> dtls;  // likewise
  std::vector<net::DatagramSocket> udp_proxies;
  std::vector<net::BoundTcp> tcp_proxies;
  std::vector<net::BoundTcp> metrics;                   // of the first worker alone
  std::vector<net::BoundTcp> signal, signal_tls, chat;  // for HTTP alone
};

enum class Protocol : std::uint8_t { udp, tcp };

/// Whether a socket for plain UDP or TCP is there already, which understands DTLS or TLS, too.
bool is_plain_too(const Plan& plan, Protocol protocol, const stun::TransportAddress& address);

/// One element per worker, all with the same addresses. The error is a sentence for the operator;
/// `remarks` are for them, too: what is done without.
std::expected<std::vector<WorkerSockets>, std::string> bind_listeners(
    const Plan& plan, std::vector<std::string>& remarks);

/// Why `protocol` cannot be listened for there, and what to do.
std::string bind_complaint(Protocol protocol, const stun::TransportAddress& address,
                           std::error_code error, const Settings& settings);

}  // namespace relay
