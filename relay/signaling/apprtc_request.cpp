#include "relay/signaling/apprtc_request.h"

#include <array>
#include <optional>
#include <string>

#include "relay/http/query.h"
#include "relay/http/utf8.h"
#include "relay/signaling/apprtc_text.h"
#include "relay/signaling/limits.h"

namespace relay::signaling {
namespace {

using Kind = ApprtcAsk::Kind;
using http::Method;
using http::Status;

struct Route {
  std::string_view name;
  Method method;
  bool names_client;
  Kind kind;
};
constexpr std::array<Route, 5> routes{{
    {"join", Method::post, false, Kind::join},
    {"message", Method::post, true, Kind::message},
    {"leave", Method::post, true, Kind::leave},
    {"collider", Method::post, true, Kind::post},
    {"collider", Method::del, true, Kind::remove},
}};

/// Takes what stands before the next slash off the front.
std::string_view take_segment(std::string_view& path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

std::optional<Name> name_of(std::string_view segment) {
  const auto text = http::percent_decode(segment);
  return text ? Name::parse(*text) : std::nullopt;
}

Base base_of(const http::Request& request) {
  return {.host = std::string(request.head.host()), .secure = request.secure};
}

http::Response json(std::string content) {
  return {.content = std::move(content), .content_type = std::string(json_type)};
}

http::Response wrong_method(std::string allowed) {
  http::Response response = http::plain(Status::method_not_allowed);
  response.allow = std::move(allowed);
  return response;
}

/// The way on for what exists, but not with this method.
std::string methods_of(std::string_view name) {
  return name == "collider" ? "POST, DELETE" : "POST";
}

ApprtcRequest read(const Route& route, std::string_view path, const http::Request& request,
                   const std::function<Name()>& fresh_client) {
  const auto room = name_of(take_segment(path));
  const auto client = route.names_client ? name_of(take_segment(path)) : fresh_client();
  if (!path.empty()) return http::plain(Status::not_found);
  // It is to become a text on a WebSocket, or one in JSON.
  const bool is_text =
      request.content.size() <= max_posted_message && http::is_utf8(request.content);
  if (!room || !client || !is_text) return json(apprtc_result("ERROR"));
  ApprtcAsk ask{.kind = route.kind, .who = {*room, *client}, .text = std::string(request.content)};
  if (route.kind == Kind::join) ask.base = base_of(request);
  return ask;
}

}  // namespace

ApprtcRequest read_apprtc_request(const http::Request& request,
                                  const std::function<Name()>& fresh_client) {
  std::string_view path = request.head.path();
  const std::string_view name = take_segment(path);
  if (name == "params" && path.empty()) {
    if (request.head.method() == Method::get) return json(apprtc_params(base_of(request)));
    return wrong_method("GET");
  }
  bool exists = false;
  for (const Route& route : routes) {
    if (route.name != name) continue;
    exists = true;
    if (route.method == request.head.method()) return read(route, path, request, fresh_client);
  }
  if (exists) return wrong_method(methods_of(name));
  return NotApprtc{};
}

}  // namespace relay::signaling
