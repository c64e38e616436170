// This machine's server as its configuration tells of it, without asking it.
#pragma once

#include <optional>
#include <string>

#include "relay/ice_urls.h"

namespace relay::commands {

/// The ports that it listens on; 0 where any would do.
Ports configured_ports(const Plan& plan);
/// The certificate that it shows without being asked by name; nothing: none can be read.
std::optional<net::tls::Certificate> configured_certificate(const Settings& settings);
/// What clients are to trust, where the server made its certificate itself; empty: an operator's is
/// used.
std::string own_authority(const Settings& settings);

}  // namespace relay::commands
