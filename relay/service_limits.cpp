#include "relay/service_limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <climits>

#include "relay/relay_sockets.h"

namespace relay {

std::size_t descriptor_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

StreamLimits stream_limits(const Settings& settings, std::size_t descriptors,
                           const net::tls::SharedContext* metrics_tls) {
  StreamLimits limits;
  limits.clients = std::max<std::size_t>(descriptors / 2 / settings.workers, 16);
  limits.http_clients = std::clamp<std::size_t>(limits.clients / 4, 16, 1024);
  limits.conversations = std::max<std::size_t>(descriptors / 5 * 3 / settings.workers, 16);
  limits.stranger_time = settings.max_allocate_timeout;
  limits.plain = settings.tcp;
  limits.trusted_proxies = settings.proxy.trusted;
  limits.plain_metrics = !settings.metrics.tls;
  limits.metrics_tls = metrics_tls;
  return limits;
}

DtlsLimits dtls_limits(const Settings& settings) {
  DtlsLimits limits;
  limits.stranger_time = settings.max_allocate_timeout;
  return limits;
}

std::size_t connection_limit(const Settings& settings, std::size_t descriptors) {
  return std::max<std::size_t>(descriptors / 8 / settings.workers, 16);
}

int last_lane(std::size_t descriptors) {
  return static_cast<int>(std::min<std::size_t>(descriptors, INT_MAX) / 3 * 2);
}

QuotaLimits quota_limits(const Settings& settings) {
  const std::uint64_t share = settings.turn.max_bps;
  QuotaLimits limits{.per_user = settings.user_quota,
                     .total = settings.total_quota,
                     .by_realm = {},
                     .bandwidth = share != 0 ? settings.bps_capacity / share : 0,
                     .separator = {}};
  bool secrets = !settings.secrets.empty();
  for (const RealmSetting& realm : settings.realms) {
    limits.by_realm[realm.name] = {realm.user_quota.value_or(limits.per_user),
                                   realm.total_quota.value_or(limits.total)};
    secrets = secrets || !realm.secrets.empty();
  }
  if (secrets) limits.separator = settings.rest_api_separator;
  return limits;
}

net::RelayPortOptions port_options(const Plan& plan, std::size_t descriptors) {
  const Settings& settings = plan.settings;
  const std::size_t ports = std::size_t{settings.max_port} - settings.min_port + 1;
  return {.addresses = plan.turn.relay_addresses,
          .first_port = settings.min_port,
          .last_port = settings.max_port,
          .buffer = settings.socket_buffer,
          .device = settings.relay_device,
          .spare = spare_capacity(ports, plan.turn.relay_addresses.size(), settings.workers,
                                  descriptors)};
}

}  // namespace relay
