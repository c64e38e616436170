#include "relay/page_answers.h"

#include <algorithm>
#include <utility>

#include "relay/ice_urls.h"
#include "relay/plan_addresses.h"
#include "relay/service.h"

namespace relay {
namespace {

auth::WallTime wall_clock() { return {net::tls::wall_clock().time_since_epoch().count()}; }

bool has_user_quota(const Settings& settings) {
  return settings.user_quota != 0 || std::ranges::any_of(settings.realms, [](const auto& realm) {
           return realm.user_quota.value_or(0) != 0;
         });
}

http::IceServersOptions ice_options(const Plan& plan, const ListeningAt& at,
                                    const net::tls::SharedContext* tls, http::Visitors& visitors) {
  return {.secrets = plan.settings.secrets,
          .separator = plan.settings.rest_api_separator,
          .urls =
              [&plan, &at, tls](std::string_view host) {
                if (tls == nullptr) return ice_urls(plan, ports_of(at), nullptr, host);
                const net::tls::Certificate certificate = tls->certificate();
                return ice_urls(plan, ports_of(at), &certificate, host);
              },
          .is_own_name =
              [&plan, tls](std::string_view name) {
                if (tls == nullptr) return is_own_name(name, plan, nullptr);
                const net::tls::Certificate certificate = tls->certificate();
                return is_own_name(name, plan, &certificate);
              },
          .names_tell_address = has_user_quota(plan.settings),
          .admits =
              [&visitors](const stun::IpAddress& client) {
                return visitors.may_join(client, std::chrono::steady_clock::now());
              },
          .is_public = advertises_public_address(plan),
          .open_rooms = plan.settings.open_rooms,
          .anonymous = plan.settings.anonymous,
          .stun_only = plan.turn.stun_only};
}

}  // namespace

PageAnswers::PageAnswers(const Plan& plan, const ListeningAt& at,
                         const net::tls::SharedContext* tls, Watch& watch)
    : plan_(plan),
      tls_(tls),
      watch_(watch),
      visitors_(plan.settings.signaling.connections_per_address),
      ice_servers_(ice_options(plan, at, tls, visitors_)) {}

std::optional<http::Response> PageAnswers::answer(const http::Request& request) {
  if (request.head.path() == "/api/doctor" && request.head.method() == http::Method::get) {
    return doctor(request);
  }
  if (auto response = authority(request)) return response;
  return ice_servers_.answer(request, wall_clock());
}

std::optional<http::Response> PageAnswers::authority(const http::Request& request) const {
  const http::Method method = request.head.method();
  if (method != http::Method::get && method != http::Method::head) return std::nullopt;
  const auto& own = plan_.own_authority;
  if (own && request.head.path() == "/ca.crt") {
    // The type that makes phones offer to install it.
    return http::Response{.content = own->pem, .content_type = "application/x-x509-ca-cert"};
  }
  if (request.head.path() != "/api/authority") return std::nullopt;
  return http::Response{.content = own ? http::authority_form(own->name, own->fingerprint) : "null",
                        .content_type = "application/json"};
}

http::Response PageAnswers::doctor(const http::Request& request) {
  const auto now = std::chrono::steady_clock::now();
  const Watch::Seen seen = watch_.ask(request.client, now);
  http::DoctorAnswer answer{.client = turn::canonical(request.client).to_string(),
                            .watched = seen.watched,
                            .arrived = seen.arrived,
                            .allocated = seen.allocated,
                            .server_time = wall_clock()};
  for (const Watch::Finding& finding : seen.findings) {
    answer.findings.push_back({.code = std::string(finding.code),
                               .transport = std::to_underlying(finding.transport),
                               .count = finding.count,
                               .ago = std::chrono::floor<std::chrono::seconds>(now - finding.last),
                               .detail = finding.detail,
                               .peer = finding.peer});
  }
  for (const turn::RelayAddress& relay : plan_.turn.relay_addresses) {
    answer.relays.push_back(relay.advertised().to_string());
  }
  answer.relay_private = std::ranges::all_of(
      plan_.turn.relay_addresses,
      [](const turn::RelayAddress& relay) { return is_local_only(relay.advertised()); });
  if (tls_ != nullptr) {
    const net::tls::Certificate certificate = tls_->certificate();
    std::vector<std::string> names = certificate.dns_names;
    names.insert(names.end(), certificate.addresses.begin(), certificate.addresses.end());
    answer.certificate = {.names = std::move(names),
                          .not_after = {certificate.not_after.time_since_epoch().count()},
                          .self_made = plan_.settings.tls.certificate_file.empty(),
                          .expired = certificate.not_after < net::tls::wall_clock()};
  }
  return {.content = http::doctor_form(answer), .content_type = "application/json"};
}

}  // namespace relay
