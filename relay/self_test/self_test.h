// Does what was just started work? A client of our own asks it, over each transport, for a relay
// and sends a message around through it. Takes a few milliseconds when all is well.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "relay/certificates.h"
#include "relay/plan.h"
#include "relay/service.h"

namespace relay::self_test {

/// How long it may take when nothing is well.
inline constexpr std::chrono::milliseconds longest{4500};

/// One line: `udp ok 0.04 ms | tcp ok 0.05 ms | ...`, or what is wrong in a clause. Blocks; asking
/// to stop ends it within 50 ms or so; nothing was found out then.
/// `certificates` is null where TLS is not served.
std::optional<std::string> check(const Plan& plan, const Service& service,
                                 const Certificates* certificates, const std::stop_token& stop);

}  // namespace relay::self_test
