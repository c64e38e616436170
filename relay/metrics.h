// The counters of a service as Prometheus reads them: coturn's names for what coturn counts, so
// that dashboards move over unchanged, and names that begin with turnbox_ for the rest.
#pragma once

#include <prometheus/collectable.h>

#include <functional>
#include <string>

#include "relay/service_counters.h"
#include "relay/traffic.h"

namespace relay {

class Metrics final : public prometheus::Collectable {
 public:
  struct Sources {
    std::function<ServiceCounters()> counters;
    /// Seconds since 1970 until which the certificate is good; 0: there is none.
    std::function<std::int64_t()> certificate_expiry;
    const Traffic& traffic;
    std::string realm;  // of clients that are anonymous
    bool by_user = false;
  };
  explicit Metrics(Sources sources) : sources_(std::move(sources)) {}

  std::vector<prometheus::MetricFamily> Collect() const override;
  /// In Prometheus's text format, for whatever thread asks.
  std::string text() const;

 private:
  const Sources sources_;
};

}  // namespace relay
