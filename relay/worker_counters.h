// What one worker counts: written by its thread, read by anybody.
#pragma once

#include "relay/net/counter.h"

namespace relay {

struct WorkerCounters {
  net::DatagramCounters datagrams;
  net::Counter allocations;  // now
  net::Counter bindings, requests, challenges, auth_failures, errors;
  net::Counter stream_clients;  // now
  net::Counter strangers_unanswered;
  net::Counter lanes;  // relays with a socket of its own for their usual peer, now
};

}  // namespace relay
