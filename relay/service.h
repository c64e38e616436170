// The running relay: workers with their listeners, and the few things that they share (ports,
// reservations, quotas). Starts whole or not at all. Started and stopped from one thread.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "relay/net/tls/context.h"
#include "relay/observe/event_sink.h"
#include "relay/plan.h"
#include "relay/service_counters.h"

namespace relay {

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
