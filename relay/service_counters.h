// What the workers of a service have counted, together; each counter is read relaxed.
#pragma once

#include <array>
#include <cstdint>

#include "relay/signaling/refusal.h"
#include "relay/worker_counters.h"

namespace relay {

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

  void add(const WorkerCounters& own, std::uint64_t own_wake_ups);

 private:
  void add(const net::DatagramCounters& own);
  void add_requests(const WorkerCounters& own);
  void add_strangers(const WorkerCounters& own);
  void add(const DtlsCounters& own);
  void add(const signaling::Counters& own);
};

}  // namespace relay
