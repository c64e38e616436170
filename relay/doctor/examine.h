// The examination: DNS, each way in with a relay and an echo through it, the certificate, the
// relayed address, the clock. Blocks, some seconds for each thing that does not answer.
#pragma once

#include <optional>
#include <string>

#include "relay/doctor/report.h"
#include "relay/doctor/target.h"
#include "relay/self_test/credentials.h"

namespace relay::doctor {

struct Patient {
  Target target;
  std::optional<self_test::Credentials> credentials;  // none: as far as one gets without
  std::string name_for_tls;                           // empty: the host
  std::string authority_file;  // that clients of this server are told to trust; empty: none
};

Report examine(const Patient& patient);

}  // namespace relay::doctor
