#include "relay/http/ice_servers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "auth/time_limited.h"
#include "relay/http/query.h"
#include "relay/http/utf8.h"
#include "relay/site_of.h"
#include "turn/peer_policy.h"

namespace relay::http {
namespace {

using Form = std::string (*)(const IceGrant&);
constexpr std::array<std::pair<std::string_view, Form>, 3> forms{{
    {"/turn", &turn_form},
    {"/api/ice", &ice_form},
    {"/v1alpha/iceconfig", &ice_config_form},
}};

constexpr std::string_view json_type = "application/json";

Response refuse(Status status, std::string_view sentence) {
  return {
      .status = status, .content = error_form(sentence), .content_type = std::string(json_type)};
}

bool is_local(const stun::IpAddress& address) {
  static const auto v6_loopback = stun::IpAddress::parse("::1");
  const stun::IpAddress ip = turn::canonical(address);
  const auto bytes = ip.bytes();
  const bool of_host = ip.is_v4() ? bytes[0] == 127 : ip == v6_loopback;
  const bool of_link = ip.is_v4() ? bytes[0] == 169 && bytes[1] == 254
                                  : bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
  return of_host || of_link || turn::is_private(ip);
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Every address in a list, each of which an HTTP proxy has seen, is local. What cannot be read is
/// not.
bool all_local(std::string_view list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const auto ip = stun::IpAddress::parse(trim(list.substr(0, comma)));
    if (!ip || !is_local(*ip)) return false;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return true;
}

/// Whoever asks, and every proxy on the way, is in this network. `Forwarded` and `Via` alone say
/// too little to know.
bool comes_from_here(const Request& request) {
  if (!is_local(request.client)) return false;
  bool is_told = false;
  for (const Field& field : request.head.fields()) {
    const bool is_list = equal_ignoring_case(field.name, "X-Forwarded-For");
    if (!is_list && !equal_ignoring_case(field.name, "X-Real-IP")) continue;
    if (!all_local(field.value)) return false;
    is_told = true;
  }
  return is_told || (!request.head.value("Forwarded") && !request.head.value("Via"));
}

std::optional<std::string> token_of(const Request& request) {
  static constexpr std::string_view scheme = "Bearer ";
  const auto field = request.head.value("Authorization");
  if (field && field->size() > scheme.size() &&
      equal_ignoring_case(field->substr(0, scheme.size()), scheme)) {
    return std::string(trim(field->substr(scheme.size())));
  }
  return parameter(request.head.query(), "token");
}

/// From the query, else from a form.
std::optional<std::string> parameter_of(const Request& request, std::string_view name) {
  auto value = parameter(request.head.query(), name);
  return value ? value : parameter(request.content, name);
}

/// What may stand in a log.
bool is_name(std::string_view text) {
  return text.size() <= IceServers::max_name && is_utf8(text) &&
         std::ranges::none_of(
             text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// What no name on the Internet is, so that no page elsewhere can have been loaded under it: an
/// address, this very host, or a name of the network at home (RFC 6761, RFC 6762, RFC 8375).
bool is_name_of_here(std::string_view host) {
  static constexpr std::array<std::string_view, 5> zones{".local", ".localhost", ".lan",
                                                         ".home.arpa", ".internal"};
  return stun::IpAddress::parse(host) || !host.contains('.') ||
         std::ranges::any_of(zones, [&](std::string_view zone) {
           return host.size() > zone.size() &&
                  equal_ignoring_case(host.substr(host.size() - zone.size()), zone);
         });
}

}  // namespace

std::optional<Response> IceServers::answer(const Request& request, auth::WallTime now) const {
  const auto found =
      std::ranges::find(forms, request.head.path(), &std::pair<std::string_view, Form>::first);
  if (found == forms.end()) return std::nullopt;
  const Method method = request.head.method();
  if (method != Method::get && method != Method::head && method != Method::post) {
    Response refused = refuse(Status::method_not_allowed, "ask with GET or POST");
    refused.allow = "GET, HEAD, POST";
    return refused;
  }
  if (const auto service = parameter_of(request, "service"); service && service != "turn") {
    return refuse(Status::bad_request, "there is one service: write service=turn");
  }
  const std::string name = parameter_of(request, "username").value_or("");
  if (!is_name(name)) {
    return refuse(Status::bad_request,
                  "username must be UTF-8 of at most 128 bytes, without control characters");
  }
  if (!options_.anonymous && !options_.stun_only && options_.secrets.empty()) {
    return refuse(Status::service_unavailable,
                  "there is no shared secret: give one with --static-auth-secret");
  }
  if (auto refused = refusal(request, now)) return refused;
  if (options_.admits && !options_.admits(request.client)) {
    return refuse(Status::too_many_requests, "too many credentials for one address: wait a second");
  }
  return Response{.content = found->second(grant(request, name, now)),
                  .content_type = std::string(json_type)};
}

std::optional<Response> IceServers::refusal(const Request& request, auth::WallTime now) const {
  if (options_.open_rooms || options_.stun_only || options_.anonymous) return std::nullopt;
  const bool is_at_home = !options_.is_public && comes_from_here(request);
  if (is_at_home && is_called_rightly(request)) return std::nullopt;
  const auto vouched = vouch(request, now);
  if (vouched) return std::nullopt;
  if (!is_at_home) return refuse(Status::forbidden, vouched.error());
  return refuse(Status::misdirected_request,
                fmt::format("{0} is no name of this server: ask it by its address, or start it "
                            "with --ws-origin https://{0}",
                            request.head.host()));
}

/// A page elsewhere can have its own name resolve to an address of this network and then ask as if
/// it were ours (DNS rebinding); it cannot have that name be one of ours.
bool IceServers::is_called_rightly(const Request& request) const {
  std::string_view host = host_of(request.head.host());
  if (host.ends_with('.')) host.remove_suffix(1);
  return is_name_of_here(host) || !options_.is_own_name || options_.is_own_name(host);
}

/// The error says why the token does not vouch for who asks, and what to do.
std::expected<void, std::string> IceServers::vouch(const Request& request,
                                                   auth::WallTime now) const {
  const auto token = token_of(request);
  if (!token) {
    return std::unexpected(
        "credentials are for who has the link of a room: turnserver link ROOM prints one");
  }
  const auto opened = open_room_token(*token, options_.secrets, now);
  if (!opened) return std::unexpected(opened.error());
  const auto room = parameter_of(request, "room");
  if (room && *room != opened->room) return std::unexpected("the token is of another room");
  return {};
}

/// Who gave no name is known by its address.
std::string IceServers::user_id(const Request& request, std::string_view name,
                                auth::WallTime now) const {
  const stun::IpAddress client = turn::canonical(request.client);
  if (options_.names_tell_address && !vouch(request, now)) {
    const std::string site = site_of(client).to_string();
    return name.empty() ? site : fmt::format("{}/{}", site, name);
  }
  return name.empty() ? client.to_string() : std::string(name);
}

IceGrant IceServers::grant(const Request& request, std::string_view name,
                           auth::WallTime now) const {
  IceGrant grant{.urls = options_.urls(host_of(request.head.host())),
                 .username = {},
                 .password = {},
                 .lifetime = options_.lifetime};
  if (options_.stun_only) return grant;
  if (options_.anonymous) {
    // A browser wants both for any turn: URL, even where nobody asks for them.
    grant.username = "anyone";
    grant.password = "anything";
    return grant;
  }
  auto minted =
      auth::mint_time_limited(options_.secrets.front(), {now.seconds + options_.lifetime.count()},
                              user_id(request, name, now), options_.separator);
  grant.username = std::move(minted.username);
  grant.password = std::move(minted.password);
  return grant;
}

}  // namespace relay::http
