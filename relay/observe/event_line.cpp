#include "relay/observe/event_line.h"

#include <fmt/format.h>

#include <utility>

#include "stun/message_type.h"

namespace relay::observe {
namespace {

using turn::Event;
using Kind = Event::Kind;
using nlohmann::ordered_json;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::allocated:
      return "allocated";
    case Kind::refreshed:
      return "refreshed";
    case Kind::deallocated:
      return "deallocated";
    case Kind::expired:
      return "expired";
    case Kind::disconnected:
      return "disconnected";
    case Kind::permitted:
      return "permitted";
    case Kind::channel_bound:
      return "channel_bound";
    case Kind::peer_connected:
      return "peer_connected";
    case Kind::peer_unreachable:
      return "peer_unreachable";
    case Kind::refused:
      return "refused";
    case Kind::allocation_refused:
      return "allocation_refused";
    case Kind::moved:
      return "moved";
    case Kind::peer_denied:
      return "peer_denied";
    case Kind::redirected:
      return "redirected";
  }
  std::unreachable();
}

std::string_view name_of(stun::Method method) {
  switch (method) {
    case stun::Method::binding:
      return "binding";
    case stun::Method::allocate:
      return "allocate";
    case stun::Method::refresh:
      return "refresh";
    case stun::Method::create_permission:
      return "create permission";
    case stun::Method::channel_bind:
      return "channel bind";
    case stun::Method::connect:
      return "connect";
    case stun::Method::connection_bind:
      return "connection bind";
    default:
      return "request";
  }
}

std::string_view method_of(const Event& event) {
  return name_of(static_cast<stun::Method>(event.method));
}

/// `udp 192.0.2.7:40000 user alice`
std::string client_of(const Event& event) {
  std::string text =
      fmt::format("{} {}", name_of(event.client.transport), event.client.client.to_string());
  if (!event.username.empty()) text += " user " + event.username;
  return text;
}

std::string totals_of(const Event::Totals& totals) {
  return fmt::format("{} packets {} bytes from the client, {} packets {} bytes to it",
                     totals.packets_from_client, totals.bytes_from_client, totals.packets_to_client,
                     totals.bytes_to_client);
}

std::string ending(const Event& event, std::string_view how) {
  return fmt::format("allocation {}: {}, relay {}, {}", how, client_of(event),
                     event.relayed.to_string(), totals_of(event.totals));
}

/// `lifetime updated` is what scripts written for coturn look for.
std::string sentence_of(const Event& event) {
  switch (event.kind) {
    case Kind::allocated:
      return fmt::format("allocation made: {}, relay {}, lifetime {} s", client_of(event),
                         event.relayed.to_string(), event.lifetime.count());
    case Kind::refreshed:
      return fmt::format("allocation refreshed: {}, relay {}, lifetime updated: {} s",
                         client_of(event), event.relayed.to_string(), event.lifetime.count());
    case Kind::deallocated:
      return ending(event, "deleted by its client");
    case Kind::expired:
      return ending(event, "expired");
    case Kind::disconnected:
      return ending(event, "ended with its connection");
    case Kind::permitted:
      return fmt::format("permission for {}: {}, lifetime updated: {} s", event.peer.ip.to_string(),
                         client_of(event), event.lifetime.count());
    case Kind::channel_bound:
      return fmt::format("channel {:#06x} to {}: {}, lifetime updated: {} s",
                         std::to_underlying(event.channel), event.peer.to_string(),
                         client_of(event), event.lifetime.count());
    case Kind::peer_connected:
      return fmt::format("connection with {}: {}", event.peer.to_string(), client_of(event));
    case Kind::peer_unreachable:
      return fmt::format("no connection to {}: {}", event.peer.to_string(), client_of(event));
    case Kind::refused:
      return fmt::format("authentication failed: {}, {} answered {}: {}", client_of(event),
                         method_of(event), std::to_underlying(event.code), event.reason);
    case Kind::allocation_refused:
      return fmt::format("no allocation: {}, answered {}: {}", client_of(event),
                         std::to_underlying(event.code), event.reason);
    case Kind::moved:
      return fmt::format("allocation moved: {}, from {}, relay {}", client_of(event),
                         event.peer.to_string(), event.relayed.to_string());
    case Kind::peer_denied:
      return fmt::format("peer {} refused: {}: {}", event.peer.ip.to_string(), event.reason,
                         client_of(event));
    case Kind::redirected:
      return fmt::format("sent to another server: {}, to {}", client_of(event),
                         event.peer.to_string());
  }
  std::unreachable();
}

ordered_json fields_of(const Event& event) {
  ordered_json fields{{"event", name_of(event.kind)},
                      {"transport", name_of(event.client.transport)},
                      {"client", event.client.client.to_string()},
                      {"server", event.client.server.to_string()}};
  if (!event.username.empty()) fields["user"] = event.username;
  if (event.relayed.port != 0) fields["relay"] = event.relayed.to_string();
  if (event.kind == Kind::channel_bound) {
    fields["channel"] = std::to_underlying(event.channel);
  }
  if (event.kind == Kind::channel_bound || event.kind == Kind::peer_connected ||
      event.kind == Kind::peer_unreachable) {
    fields["peer"] = event.peer.to_string();
  }
  if (event.kind == Kind::permitted || event.kind == Kind::peer_denied) {
    fields["peer"] = event.peer.ip.to_string();
  }
  if (event.kind == Kind::redirected) fields["alternate"] = event.peer.to_string();
  if (event.kind == Kind::moved) fields["from"] = event.peer.to_string();
  if (event.lifetime.count() != 0) fields["lifetime"] = event.lifetime.count();
  if (event.kind == Kind::refused) fields["method"] = method_of(event);
  if (std::to_underlying(event.code) != 0) fields["code"] = std::to_underlying(event.code);
  if (!event.reason.empty()) fields["reason"] = event.reason;
  if (event.kind == Kind::deallocated || event.kind == Kind::expired ||
      event.kind == Kind::disconnected) {
    fields["packets_from_client"] = event.totals.packets_from_client;
    fields["bytes_from_client"] = event.totals.bytes_from_client;
    fields["packets_to_client"] = event.totals.packets_to_client;
    fields["bytes_to_client"] = event.totals.bytes_to_client;
  }
  return fields;
}

}  // namespace

LogLevel level_of(Kind kind) {
  switch (kind) {
    case Kind::allocated:
    case Kind::deallocated:
    case Kind::expired:
    case Kind::disconnected:
    case Kind::moved:
    case Kind::peer_denied:
    case Kind::redirected:
      return LogLevel::info;
    case Kind::refreshed:
    case Kind::permitted:
    case Kind::channel_bound:
    case Kind::peer_connected:
    case Kind::peer_unreachable:
      return LogLevel::debug;
    case Kind::refused:
    case Kind::allocation_refused:
      return LogLevel::warning;
  }
  std::unreachable();
}

Line line_of(const Event& event) {
  return {
      .level = level_of(event.kind), .sentence = sentence_of(event), .fields = fields_of(event)};
}

}  // namespace relay::observe
