#include "turn/redirection.h"

#include <algorithm>

namespace turn {

Redirection::Redirection(const Alternates& config, Random& random) : config_(config) {
  if (config.udp.empty() && config.tcp.empty() && config.tls.empty()) return;
  for (std::size_t& turn : turn_) turn = random.next_u32();
}

std::optional<Alternate> Redirection::next(const FiveTuple& client,
                                           const TransportAddress& advertised) {
  const std::vector<AlternateServer>& servers = config_.of(client.transport);
  if (servers.empty() || is_auxiliary(client.server)) return std::nullopt;
  const bool ours = std::ranges::any_of(servers, [&](const AlternateServer& server) {
    return server.address == client.server || server.address == advertised;
  });
  if (ours) return std::nullopt;
  const Family family = client.client.ip.family();
  const AlternateServer* const first = next_of(servers, family);
  if (first == nullptr) return std::nullopt;
  const AlternateServer* const other =
      next_of(servers, family == Family::ipv4 ? Family::ipv6 : Family::ipv4);
  return Alternate{.address = first->address,
                   .other = other != nullptr ? std::optional(other->address) : std::nullopt,
                   .domain = first->domain};
}

const AlternateServer* Redirection::next_of(const std::vector<AlternateServer>& servers,
                                            Family family) {
  const auto of_family = [&](const AlternateServer& server) {
    return server.address.ip.family() == family;
  };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(servers, of_family));
  if (count == 0) return nullptr;
  std::size_t skipped = turn_[family == Family::ipv4 ? 0 : 1]++ % count;
  return &*std::ranges::find_if(
      servers, [&](const AlternateServer& server) { return of_family(server) && skipped-- == 0; });
}

bool Redirection::is_auxiliary(const TransportAddress& server) const {
  return std::ranges::any_of(config_.auxiliary, [&](const TransportAddress& own) {
    return own.port == server.port &&
           (own.ip == server.ip ||
            (own.ip.is_unspecified() && own.ip.family() == server.ip.family()));
  });
}

}  // namespace turn
