// From a plan to a process that serves, in the order that matters: the background before threads,
// sockets before privileges are dropped, the screen when all of it works.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "relay/certificates.h"
#include "relay/plan.h"

namespace relay {

struct ServedCertificates {
  /// Null: TLS is not served, since nobody asks for it or, told as a warning, nothing can be kept.
  std::unique_ptr<Certificates> of_clients;
  /// Null: the port for metrics has none of its own.
  std::unique_ptr<Certificates> of_metrics;
};
std::expected<ServedCertificates, std::string> load_certificates(const Plan& plan);

/// Serves until a signal ends it. The error is a sentence: it never began to.
std::expected<void, std::string> serve(const Plan& plan);

}  // namespace relay
