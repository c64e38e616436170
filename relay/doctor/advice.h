// What to do about what went wrong, a sentence each.
#pragma once

#include <optional>
#include <string>

#include "relay/doctor/target.h"
#include "relay/self_test/credentials.h"
#include "stun/error_code.h"

namespace relay::doctor {

/// Nobody answers there.
std::string advice_on_port(const Way& way);
/// The server gives no relay.
std::string advice_on_refusal(std::optional<stun::ErrorCode> code,
                              const std::optional<self_test::Credentials>& credentials);

}  // namespace relay::doctor
