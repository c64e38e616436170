// Whom the load goes to. A name is resolved once; an address that is routed on the public Internet
// and is not this host's own is refused unless the operator says that the server is theirs.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "stun/address.h"

namespace turn_load {

/// Routed on the public Internet, as far as its number tells: neither loopback, private, link-local
/// nor set aside for documentation and benchmarks, in whatever IPv6 disguise.
bool is_public(const stun::IpAddress& ip);

/// An address of one of this host's own interfaces.
bool is_of_this_host(const stun::IpAddress& ip);

/// The addresses of a name, or the address itself; those that this host can reach first.
std::expected<std::vector<stun::IpAddress>, std::string> resolve(const std::string& host);

/// Why this server must not be loaded, or nothing.
std::string refusal_of(const stun::IpAddress& ip, bool owned);

/// The address that this host would send from to `ip`.
std::expected<stun::IpAddress, std::string> local_address_towards(const stun::IpAddress& ip);

}  // namespace turn_load
