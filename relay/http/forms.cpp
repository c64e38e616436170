#include "relay/http/forms.h"

#include <nlohmann/json.hpp>

#include "turn/types.h"

namespace relay::http {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// Names come from everywhere: what is no UTF-8 is replaced.
std::string text_of(const ordered_json& form) {
  return form.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json ice_servers(const IceGrant& grant) {
  ordered_json server{{"urls", grant.urls}};
  if (!grant.username.empty()) {
    server["username"] = grant.username;
    server["credential"] = grant.password;
  }
  return ordered_json::array({server});
}

std::string_view name_at(std::size_t transport) {
  return turn::name_of(static_cast<turn::Transport>(transport));
}

ordered_json by_transport(const std::array<std::uint64_t, 4>& counts) {
  ordered_json all;
  for (std::size_t i = 0; i < counts.size(); ++i) all[std::string(name_at(i))] = counts[i];
  return all;
}

std::string string_in(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::string turn_form(const IceGrant& grant) {
  return text_of({{"username", grant.username},
                  {"password", grant.password},
                  {"ttl", grant.lifetime.count()},
                  {"uris", grant.urls}});
}

std::string ice_form(const IceGrant& grant) {
  return text_of({{"iceServers", ice_servers(grant)}, {"ttl", grant.lifetime.count()}});
}

std::string ice_config_form(const IceGrant& grant) {
  return text_of({{"iceServers", ice_servers(grant)}});
}

std::string ice_servers_form(const IceGrant& grant) { return text_of(ice_servers(grant)); }

std::string error_form(std::string_view sentence) { return text_of({{"error", sentence}}); }

std::string authority_form(std::string_view name, std::string_view fingerprint) {
  return text_of({{"name", name}, {"sha256", fingerprint}});
}

std::string doctor_form(const DoctorAnswer& answer) {
  ordered_json findings = ordered_json::array();
  for (const DoctorAnswer::Finding& finding : answer.findings) {
    ordered_json one{{"code", finding.code},
                     {"transport", name_at(finding.transport)},
                     {"count", finding.count},
                     {"ago", finding.ago.count()},
                     {"detail", finding.detail}};
    if (!finding.peer.empty()) one["peer"] = finding.peer;
    findings.push_back(std::move(one));
  }
  ordered_json certificate;
  if (answer.certificate) {
    certificate = {{"names", answer.certificate->names},
                   {"not_after", answer.certificate->not_after.seconds},
                   {"self_made", answer.certificate->self_made},
                   {"expired", answer.certificate->expired}};
  }
  return text_of({{"client", answer.client},
                  {"watched", answer.watched.count()},
                  {"arrived", by_transport(answer.arrived)},
                  {"allocated", by_transport(answer.allocated)},
                  {"findings", std::move(findings)},
                  {"server",
                   {{"time", answer.server_time.seconds},
                    {"relays", answer.relays},
                    {"relay_private", answer.relay_private},
                    {"certificate", std::move(certificate)}}}});
}

std::string claims_form(const RoomToken& token) {
  return text_of({{"room", token.room}, {"role", token.role}, {"exp", token.expires.seconds}});
}

/// A header with `crit` asks for what is not understood here (RFC 7515 4.1.11); `exp` may be a
/// fraction (RFC 7519 2).
std::optional<RoomToken> read_claims(std::string_view header, std::string_view claims) {
  const json head = json::parse(header, nullptr, false), body = json::parse(claims, nullptr, false);
  if (!head.is_object() || !body.is_object()) return std::nullopt;
  if (string_in(head, "alg") != "HS256" || head.contains("crit")) return std::nullopt;
  const auto expiry = body.find("exp");
  const std::string room = string_in(body, "room"), role = string_in(body, "role");
  if (room.empty() || expiry == body.end() || !expiry->is_number()) return std::nullopt;
  const double seconds = expiry->get<double>();
  if (!(seconds >= 0 && seconds < 1e15)) return std::nullopt;
  return RoomToken{.room = room,
                   .role = role.empty() ? "member" : role,
                   .expires = {static_cast<std::int64_t>(seconds)}};
}

}  // namespace relay::http
