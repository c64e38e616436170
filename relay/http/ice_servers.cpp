#include "relay/http/ice_servers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "auth/time_limited.h"
#include "relay/http/query.h"
#include "relay/http/utf8.h"
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

/// `box.lan:8098` without its port.
std::string_view host_of(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const bool in_brackets = authority.ends_with(']');
  if (colon != std::string_view::npos && !in_brackets) authority = authority.substr(0, colon);
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority = authority.substr(1, authority.size() - 2);
  }
  return authority;
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
  if (const auto may = may_have(request, now); !may) return refuse(Status::forbidden, may.error());
  return Response{.content = found->second(grant(request, name, now)),
                  .content_type = std::string(json_type)};
}

std::expected<void, std::string> IceServers::may_have(const Request& request,
                                                      auth::WallTime now) const {
  if (options_.open_rooms || options_.stun_only || options_.anonymous) return {};
  if (!options_.is_public && comes_from_here(request)) return {};
  if (const auto token = token_of(request)) {
    const auto opened = open_room_token(*token, options_.secrets, now);
    if (!opened) return std::unexpected(opened.error());
    const auto room = parameter_of(request, "room");
    if (room && *room != opened->room) return std::unexpected("the token is of another room");
    return {};
  }
  return std::unexpected(
      "credentials are for who has the link of a room: turnserver link ROOM prints one");
}

/// Who gave no name is known by its address.
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
  const std::string user_id =
      name.empty() ? turn::canonical(request.client).to_string() : std::string(name);
  auto minted =
      auth::mint_time_limited(options_.secrets.front(), {now.seconds + options_.lifetime.count()},
                              user_id, options_.separator);
  grant.username = std::move(minted.username);
  grant.password = std::move(minted.password);
  return grant;
}

}  // namespace relay::http
