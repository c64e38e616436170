// The running relay: workers with their listeners, and the few things that they share (ports,
// reservations, quotas). Starts whole or not at all. Started and stopped from one thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "relay/net/tls/context.h"
#include "relay/observe/event_sink.h"
#include "relay/plan.h"
#include "relay/signaling/refusal.h"

namespace relay {

/// Sums over the workers, each counter read relaxed.
struct ServiceCounters {
  std::uint64_t allocations = 0;
  std::uint64_t bindings = 0, requests = 0, auth_failures = 0, errors = 0;
  std::uint64_t binding_responses = 0, binding_errors = 0;
  std::uint64_t requests_401 = 0, answers_401 = 0, dropped_401 = 0;  // the first is their sum
  std::uint64_t datagrams_received = 0, datagrams_sent = 0, send_failures = 0;
  std::uint64_t gso_sends = 0, gso_segments = 0, gso_fallbacks = 0, receive_drops = 0;
  std::uint64_t receive_calls = 0, flushes = 0, trains = 0;  // as of DatagramCounters
  std::uint64_t wake_ups = 0;  // how often workers asked the kernel who is ready
  std::uint64_t stream_clients = 0, peer_connections = 0, lanes = 0;
  std::uint64_t tls_handshakes = 0, tls_failures = 0;
  std::uint64_t dtls_clients = 0, dtls_handshakes = 0, dtls_failures = 0;
  std::uint64_t dtls_cookies_asked_for = 0, dtls_refused = 0, dtls_dropped = 0;
  std::uint64_t strangers_unanswered = 0, icmp_errors = 0;
  std::uint64_t stranger_buckets = 0, busy_stranger_buckets = 0, stranger_collisions = 0;
  std::uint64_t proxy_refusals = 0;  // connections and datagrams
  std::uint64_t signaling_connections = 0, rooms = 0, room_members = 0;
  std::uint64_t signaling_texts = 0, signaling_forwarded = 0;
  std::array<std::uint64_t, signaling::refusal_kinds> signaling_refused{};
  std::uint64_t shared_unowned = 0, shared_ambiguous = 0;
};

/// Where a service listens, with the real ports.
struct ListeningAt {
  std::vector<stun::TransportAddress> udp, tcp, tls, dtls;
  std::vector<stun::TransportAddress> udp_proxies, tcp_proxies;
  std::vector<stun::TransportAddress> metrics;
  std::vector<stun::TransportAddress> signal, signal_tls, chat;
};

class Service {
 public:
  /// Binds every listener, then starts the workers. The error is a sentence for the operator: which
  /// address and port, why, and what to do. `plan` is copied; `sink` and `tls` outlive the service.
  /// `tls` is null where neither TLS nor DTLS is served, `metrics_tls` where metrics have `tls`.
  static std::expected<std::unique_ptr<Service>, std::string> start(
      const Plan& plan, observe::EventSink& sink, const net::tls::SharedContext* tls = nullptr,
      const net::tls::SharedContext* metrics_tls = nullptr);
  ~Service();  // stop()

  const ListeningAt& listening_at() const;
  /// Sentences an operator should read: what the service does without.
  const std::vector<std::string>& remarks() const;
  std::vector<stun::TransportAddress> udp_listeners() const { return listening_at().udp; }
  std::vector<stun::TransportAddress> tcp_listeners() const { return listening_at().tcp; }
  std::vector<stun::TransportAddress> tls_listeners() const { return listening_at().tls; }
  /// Those of UDP that are meant for DTLS first; the others understand it too.
  std::vector<stun::TransportAddress> dtls_listeners() const { return listening_at().dtls; }

  /// From now on new allocations are refused (403).
  void begin_drain();
  /// Closes everything and joins the workers.
  void stop();
  ServiceCounters counters() const;

 private:
  Service();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace relay
