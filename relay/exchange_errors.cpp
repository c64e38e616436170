// What became of datagrams to peers: ICMP errors, and datagrams that must not be fragmented but are
// longer than the way out. The clients that sent them are told (RFC 8656 11.5).
#include <chrono>

#include "relay/exchange.h"

namespace relay {

static_assert(turn::ToClient::max_header <= net::Outbox::max_header);

void Exchange::on_relay_error(RelaySocket& relay) { read_errors(relay.socket, relay.id, {}); }

void Exchange::on_shared_error(SharedSocket& shared) { read_errors(shared.socket, {}, {}); }

/// A socket that several share names nobody: who sends to the peer from there is told. `refused` is
/// the peer of a datagram that was too long just now, whose port the kernel does not say.
void Exchange::read_errors(net::DatagramSocket& socket, turn::RelayId relay,
                           const turn::TransportAddress& refused) {
  const Time now = std::chrono::steady_clock::now();
  const bool shared = shared_ && shared_->has_socket(socket.local());
  for (net::SendError error : errors_.read(socket)) {
    if (error.destination == turn::TransportAddress{refused.ip, 0}) error.destination = refused;
    const auto sender =
        shared ? shared_->sender(socket.local(), error.destination) : std::optional(relay);
    if (sender) tell_error(*sender, error, now);
  }
}

void Exchange::tell_error(turn::RelayId relay, const net::SendError& error, Time now) {
  const turn::Allocation* const allocation = server_.find(relay, now);
  if (allocation == nullptr) return;
  const auto forward =
      server_.handle_icmp(*allocation, error.destination,
                          {.type = error.type, .code = error.code, .mtu = error.mtu}, now);
  if (!forward) return;
  counters_.icmp_errors.add();
  send_to_client(*forward, 0);
}

}  // namespace relay
