// Names into addresses, by the system's resolver.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "stun/address.h"

namespace relay::doctor {

/// The first address of each family, in the order that the system prefers; at least one. The error
/// is a clause.
std::expected<std::vector<stun::IpAddress>, std::string> resolve(const std::string& host);

}  // namespace relay::doctor
