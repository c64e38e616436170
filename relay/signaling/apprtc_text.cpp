#include "relay/signaling/apprtc_text.h"

#include "relay/signaling/json_text.h"

namespace relay::signaling {
namespace {

/// TURN servers come by ice_server_url: with any in here, Android would not ask for them.
constexpr std::string_view pc_config =
    R"({"rtcpMuxPolicy":"require","bundlePolicy":"max-bundle","iceServers":[]})";
constexpr std::string_view media_constraints =
    R"({"audio":true,"video":{"optional":[{"minWidth":"1280"},{"minHeight":"720"}],)"
    R"("mandatory":{}}})";
constexpr std::string_view version_info = R"({"gitHash":"","branch":"","time":""})";

std::string url(const Base& base, std::string_view scheme, std::string_view path) {
  return std::string(scheme)
      .append(base.secure ? "s" : "")
      .append("://")
      .append(base.host)
      .append(path);
}

void add(std::string& json, std::string_view key, std::string_view value) {
  json.append(json.empty() ? "{" : ",").append(quoted(key)).append(":").append(value);
}

/// Without the brace that ends it.
std::string begin_params(const Base& base) {
  std::string json;
  add(json, "is_loopback", quoted("false"));
  add(json, "pc_config", quoted(pc_config));
  add(json, "pc_constraints", quoted(R"({"optional":[]})"));
  add(json, "offer_options", quoted("{}"));
  add(json, "media_constraints", quoted(media_constraints));
  add(json, "version_info", quoted(version_info));
  add(json, "bypass_join_confirmation", quoted("false"));
  add(json, "ice_server_url", quoted(url(base, "http", "/v1alpha/iceconfig")));
  add(json, "ice_server_transports", quoted(""));
  add(json, "wss_url", quoted(url(base, "ws", "/ws")));
  add(json, "wss_post_url", quoted(url(base, "http", "/collider")));
  add(json, "include_loopback_js", quoted(""));
  add(json, "header_message", quoted(""));
  add(json, "error_messages", "[]");
  add(json, "warning_messages", "[]");
  return json;
}

std::string array_of(std::span<const Text> messages) {
  std::string json = "[";
  for (const Text& message : messages) {
    json.append(json.size() == 1 ? "" : ",").append(quoted(*message));
  }
  return json += ']';
}

/// What stands in a path for a name (RFC 3986 2.1).
std::string path_segment(std::string_view name) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string segment;
  for (const char c : name) {
    if (plain.find(c) != std::string_view::npos) {
      segment += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    segment.append({'%', hex[byte >> 4], hex[byte & 0x0Fu]});
  }
  return segment;
}

}  // namespace

std::string apprtc_params(const Base& base) { return begin_params(base) + "}"; }

std::string apprtc_welcome(const ApprtcWelcome& welcome) {
  std::string params = begin_params(welcome.base);
  const std::string page = "/r/" + path_segment(welcome.room.text());
  add(params, "room_id", quoted(welcome.room.text()));
  add(params, "room_link", quoted(url(welcome.base, "http", page)));
  add(params, "client_id", quoted(welcome.client.text()));
  add(params, "is_initiator", quoted(welcome.is_initiator ? "true" : "false"));
  add(params, "messages", array_of(welcome.messages));
  return R"({"result":"SUCCESS","params":)" + params + "}}";
}

std::string apprtc_result(std::string_view result) {
  return R"({"result":)" + quoted(result) + R"(,"params":{}})";
}

std::string apprtc_message(std::string_view text) {
  return R"({"msg":)" + quoted(text) + R"(,"error":""})";
}

std::string apprtc_error(std::string_view sentence) {
  return R"({"msg":"","error":)" + quoted(sentence) + "}";
}

}  // namespace relay::signaling
