#include "relay/page_answers.h"

#include <algorithm>

#include "relay/ice_urls.h"
#include "relay/plan_addresses.h"
#include "relay/service.h"

namespace relay {
namespace {

auth::WallTime wall_clock() { return {net::tls::wall_clock().time_since_epoch().count()}; }

http::IceServersOptions ice_options(const Plan& plan, const ListeningAt& at,
                                    const net::tls::SharedContext* tls) {
  const auto told = addresses_for_clients(plan);
  return {
      .secrets = plan.settings.secrets,
      .separator = plan.settings.rest_api_separator,
      .urls =
          [&plan, &at, tls](std::string_view host) {
            if (tls == nullptr) return ice_urls(plan, ports_of(at), nullptr, host);
            const net::tls::Certificate certificate = tls->certificate();
            return ice_urls(plan, ports_of(at), &certificate, host);
          },
      .is_public = std::ranges::any_of(
          told, [](const turn::RelayAddress& each) { return !is_local_only(each.advertised()); }),
      .open_rooms = plan.settings.open_rooms,
      .anonymous = plan.settings.anonymous,
      .stun_only = plan.turn.stun_only};
}

}  // namespace

PageAnswers::PageAnswers(const Plan& plan, const ListeningAt& at,
                         const net::tls::SharedContext* tls)
    : ice_servers_(ice_options(plan, at, tls)) {}

std::optional<http::Response> PageAnswers::answer(const http::Request& request) const {
  return ice_servers_.answer(request, wall_clock());
}

}  // namespace relay
