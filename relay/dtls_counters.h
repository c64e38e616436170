// What the DTLS clients of one worker are counted by.
#pragma once

#include "relay/net/counter.h"

namespace relay {

struct DtlsCounters {
  net::Counter clients;  // now
  net::Counter handshakes, failures;
  net::Counter cookies_asked_for;
  net::Counter refused;  // handshakes that were one too many
  net::Counter dropped;  // datagrams, or the rest of one: of nobody known, or no DTLS
};

}  // namespace relay
