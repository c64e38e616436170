#include "relay/service_counters.h"

namespace relay {

void ServiceCounters::add(const WorkerCounters& own, std::uint64_t own_wake_ups) {
  wake_ups += own_wake_ups;
  allocations += own.allocations.read();
  stream_clients += own.stream_clients.read();
  peer_connections += own.peer_connections.read();
  lanes += own.lanes.read();
  shared_unowned += own.shared_unowned.read();
  shared_ambiguous += own.shared_ambiguous.read();
  tls_handshakes += own.tls_handshakes.read();
  tls_failures += own.tls_failures.read();
  proxy_refusals += own.proxy_refusals.read();
  icmp_errors += own.icmp_errors.read();
  add_requests(own);
  add_strangers(own);
  add(own.datagrams);
  add(own.dtls);
  add(own.signaling);
}

void ServiceCounters::add_requests(const WorkerCounters& own) {
  bindings += own.bindings.read();
  requests += own.requests.read();
  binding_responses += own.binding_responses.read();
  binding_errors += own.binding_errors.read();
  auth_failures += own.auth_failures.read();
  errors += own.errors.read();
}

void ServiceCounters::add_strangers(const WorkerCounters& own) {
  answers_401 += own.answers_401.read();
  dropped_401 += own.dropped_401.read();
  strangers_unanswered += own.strangers_unanswered.read();
  stranger_buckets += own.stranger_buckets.read();
  busy_stranger_buckets += own.busy_stranger_buckets.read();
  stranger_collisions += own.stranger_collisions.read();
  requests_401 = answers_401 + dropped_401;
}

void ServiceCounters::add(const net::DatagramCounters& own) {
  datagrams_received += own.received.read();
  datagrams_sent += own.sent.read();
  send_failures += own.send_failures.read();
  gso_sends += own.gso_sends.read();
  gso_segments += own.gso_segments.read();
  gso_fallbacks += own.gso_fallbacks.read();
  receive_drops += own.receive_drops.read();
  receive_calls += own.receive_calls.read();
  flushes += own.flushes.read();
  trains += own.trains.read();
}

void ServiceCounters::add(const DtlsCounters& own) {
  dtls_clients += own.clients.read();
  dtls_handshakes += own.handshakes.read();
  dtls_failures += own.failures.read();
  dtls_cookies_asked_for += own.cookies_asked_for.read();
  dtls_refused += own.refused.read();
  dtls_dropped += own.dropped.read();
}

void ServiceCounters::add(const signaling::Counters& own) {
  signaling_connections += own.connections.read();
  rooms += own.rooms.read();
  room_members += own.members.read();
  signaling_texts += own.texts.read();
  signaling_forwarded += own.forwarded.read();
  for (std::size_t i = 0; i < own.refused.size(); ++i) {
    signaling_refused[i] += own.refused[i].read();
  }
}

}  // namespace relay
