// What one worker counts: written by its thread, read by anybody.
#pragma once

#include "relay/dtls_counters.h"
#include "relay/net/counter.h"
#include "relay/signaling/counters.h"

namespace relay {

struct WorkerCounters {
  net::DatagramCounters datagrams;
  net::Counter allocations;  // now
  net::Counter bindings, requests, auth_failures, errors;
  net::Counter binding_responses, binding_errors;  // that were sent
  net::Counter answers_401, dropped_401;           // sent, and not, since the source had too many
  net::Counter stream_clients;                     // now
  net::Counter peer_connections;                   // of TCP allocations, now
  net::Counter tls_handshakes, tls_failures;
  DtlsCounters dtls;
  net::Counter strangers_unanswered;
  net::Counter stranger_buckets, busy_stranger_buckets, stranger_collisions;  // of StrangerLimit
  net::Counter icmp_errors;     // that clients were told of
  net::Counter proxy_refusals;  // connections and datagrams: no trusted proxy, or no good header
  /// Datagrams at a shared relay socket that were for nobody, and for more than one at a guess.
  net::Counter shared_unowned, shared_ambiguous;
  signaling::Counters signaling;
  net::Counter lanes;  // relays with a socket of its own for their usual peer, now
};

}  // namespace relay
