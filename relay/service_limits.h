// What a service may have of this machine, and clients of the service: shares of the descriptors
// and ports, and what the settings say of each.
#pragma once

#include <cstddef>

#include "relay/dtls_clients.h"
#include "relay/net/relay_ports.h"
#include "relay/plan.h"
#include "relay/shared_quota.h"
#include "relay/streams.h"

namespace relay {

/// How many descriptors this process may have.
std::size_t descriptor_limit();
/// Half of the descriptors may be connections; the others are for relays. Of silent WebSockets
/// there may be more: an address has few.
StreamLimits stream_limits(const Settings& settings, std::size_t descriptors,
                           const net::tls::SharedContext* metrics_tls);
DtlsLimits dtls_limits(const Settings& settings);
/// A quarter of them for connections of TCP allocations: to peers, and the clients' that are bound.
std::size_t connection_limit(const Settings& settings, std::size_t descriptors);
/// Lanes are a comfort: the last third of the descriptors is for clients and allocations.
int last_lane(std::size_t descriptors);
QuotaLimits quota_limits(const Settings& settings);
net::RelayPortOptions port_options(const Plan& plan, std::size_t descriptors);

}  // namespace relay
