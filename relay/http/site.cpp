#include "relay/http/site.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "relay/net/address_list.h"

namespace relay::http {
namespace {

constexpr std::string_view acme_path = "/.well-known/acme-challenge/";
constexpr std::string_view prometheus_text = "text/plain; version=0.0.4; charset=utf-8";

/// RFC 8555 8.3: a token is of the base64url alphabet.
bool is_acme_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

/// What a proxy in front adds: its own address says nothing of who asks then.
bool came_by_http_proxy(const RequestHead& head) {
  static constexpr std::array<std::string_view, 4> traces{"Forwarded", "X-Forwarded-For",
                                                          "X-Real-IP", "Via"};
  return std::ranges::any_of(traces,
                             [&](std::string_view name) { return head.value(name).has_value(); });
}

bool is_this_host(const stun::IpAddress& address) {
  static const auto v6 = stun::IpAddress::parse("::1");
  const stun::IpAddress ip = turn::canonical(address);
  return ip.is_v4() ? ip.bytes()[0] == 127 : ip == v6;
}

/// Without TLS a page gets no camera. A proxy in front may do the TLS for us.
bool should_be_secure(const Request& request) {
  return request.entrance == net::Entrance::secure_pages && !request.secure &&
         !came_by_http_proxy(request.head) && !is_this_host(request.client) &&
         !request.head.host().empty();
}

Response to_https(const Request& request) {
  Response moved = plain(Status::moved_permanently);
  const std::string_view query = request.head.query();
  moved.location = fmt::format("https://{}{}{}{}", request.head.host(), request.head.path(),
                               query.empty() ? "" : "?", query);
  return moved;
}

}  // namespace

bool Site::serves(net::Entrance entrance) const {
  return (entrance != net::Entrance::clients && entrance != net::Entrance::proxies) ||
         options_.serving != SiteOptions::Serving::closed || !options_.acme_redirect.empty();
}

bool Site::has_signaling(net::Entrance entrance) const {
  return entrance != net::Entrance::metrics && is_served(entrance);
}

/// The operator may close the ports of TURN to HTTP, not those that are for it.
bool Site::is_served(net::Entrance entrance) const {
  return (entrance != net::Entrance::clients && entrance != net::Entrance::proxies) ||
         options_.serving == SiteOptions::Serving::served;
}

Response Site::answer(const Request& request) const {
  if (request.entrance != net::Entrance::metrics && is_served(request.entrance)) {
    for (const Routes& routes : routes_) {
      if (auto response = routes(request)) return *std::move(response);
    }
  }
  if (request.head.method() != Method::get && request.head.method() != Method::head) {
    Response refused = plain(Status::method_not_allowed);
    refused.allow = "GET, HEAD";
    return refused;
  }
  if (request.entrance == net::Entrance::metrics) return answer_for_metrics(request);
  return route(request);
}

/// As coturn has it: anything but the metrics is "ok".
Response Site::answer_for_metrics(const Request& request) const {
  const std::string_view path = request.head.path();
  if (path == options_.metrics_path) {
    return {.content = metrics_(), .content_type = std::string(prometheus_text)};
  }
  if (path == "/readyz" && draining_.load(std::memory_order_relaxed)) {
    return plain(Status::service_unavailable, "draining");
  }
  return plain(Status::ok, "ok");
}

Response Site::route(const Request& request) const {
  const std::string_view path = request.head.path();
  if (!options_.acme_redirect.empty() && path.starts_with(acme_path) &&
      is_acme_token(path.substr(acme_path.size()))) {
    Response moved = plain(Status::moved_permanently);
    moved.location = options_.acme_redirect + std::string(path.substr(acme_path.size()));
    return moved;
  }
  if (!is_served(request.entrance)) {
    return plain(Status::bad_request, "HTTP is not supported on this port.");
  }
  if (path == "/healthz") return plain(Status::ok, "ok");
  if (path == "/readyz") {
    return draining_.load(std::memory_order_relaxed)
               ? plain(Status::service_unavailable, "draining")
               : plain(Status::ok, "ok");
  }
  if (path == "/metrics") {
    if (!may_read_metrics(request)) return plain(Status::forbidden);
    return {.content = metrics_(), .content_type = std::string(prometheus_text)};
  }
  if (options_.has_pages) {
    if (should_be_secure(request)) return to_https(request);
    if (auto found = page(request)) return *std::move(found);
  }
  if (path == "/" && !folder_) {
    return plain(Status::ok,
                 "This port relays calls (STUN, TURN and TURN over TLS). See /healthz.");
  }
  return plain(Status::not_found);
}

std::optional<Response> Site::page(const Request& request) const {
  if (folder_) return folder_->answer(request);
  const bool is_chat = request.entrance == net::Entrance::chat && request.head.path() == "/";
  return is_chat ? pages_.find("/chat", request.head)
                 : pages_.find(request.head.path(), request.head);
}

bool Site::may_read_metrics(const Request& request) const {
  if (came_by_http_proxy(request.head)) return false;
  return is_this_host(request.client) || net::is_among(options_.metrics_readers, request.client);
}

}  // namespace relay::http
