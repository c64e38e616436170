// What went wrong, as a sentence for the person who runs the load: what the server said and which
// of its options, or ours, would help.
#pragma once

#include <string>

#include "stun/address.h"
#include "tools/turn_load/options.h"
#include "tools/turn_load/session.h"

namespace turn_load {

/// What the sentences name.
struct Circumstances {
  stun::TransportAddress server;
  Transport transport{};
  std::string user;
  stun::IpAddress peer;
};

std::string describe(const Refusal& refusal, const Circumstances& at);
/// A socket call towards the server failed with `error`, an errno.
std::string describe_errno(int error, const Circumstances& at);

}  // namespace turn_load
