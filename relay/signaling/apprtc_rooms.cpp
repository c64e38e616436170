#include "relay/signaling/apprtc_rooms.h"

#include <algorithm>
#include <set>
#include <utility>

#include "relay/signaling/limits.h"

namespace relay::signaling {
void ApprtcRooms::join(const ApprtcClient& who, const Base& base, const Requester& from,
                       Effects& effects, Time now) {
  auto found = rooms_.find(who.room);
  if (found == rooms_.end()) {
    if (!budget_.take()) {
      effects.count(Refusal::busy);
      return effects.reply_json(from, apprtc_result("ERROR"));
    }
    found = rooms_.try_emplace(who.room).first;
  }
  Room& room = found->second;
  if (find(who) != nullptr) {
    return effects.reply_json(from, apprtc_result("DUPLICATE_CLIENT"));
  }
  const auto present = std::ranges::count(room, false, &Client::has_left);
  if (present >= static_cast<std::ptrdiff_t>(room_size)) {
    effects.count(Refusal::full);
    effects.events.push_back({Event::Kind::refused, who.room.text(), who.client.text(), room_size});
    return effects.reply_json(from, apprtc_result("FULL"));
  }
  std::vector<Text> messages;
  Client newcomer{.id = who.client, .is_initiator = present == 0, .gone_at = now + register_time};
  if (const auto other = std::ranges::find(room, false, &Client::has_left); other != room.end()) {
    messages = std::exchange(other->waiting, {});
    other->waiting_bytes = 0;
    other->partner = who.client;
    newcomer.partner = other->id;
  }
  effects.reply_json(from, apprtc_welcome({.base = base,
                                           .room = who.room,
                                           .client = who.client,
                                           .is_initiator = newcomer.is_initiator,
                                           .messages = messages}));
  room.push_back(std::move(newcomer));
  ++members_;
  effects.events.push_back({Event::Kind::joined, who.room.text(), who.client.text(),
                            static_cast<std::size_t>(present) + 1});
}

void ApprtcRooms::message(const ApprtcClient& who, std::string text, const Requester& from,
                          Effects& effects) {
  if (!rooms_.contains(who.room)) {
    effects.count(Refusal::unknown_room);
    return effects.reply_json(from, apprtc_result("UNKNOWN_ROOM"));
  }
  Client* const client = find(who);
  if (client == nullptr || client->has_left) {
    effects.count(Refusal::not_joined);
    return effects.reply_json(from, apprtc_result("UNKNOWN_CLIENT"));
  }
  const bool taken = say(who, *client, std::move(text), effects);
  if (!taken) effects.count(Refusal::too_big);
  effects.reply_json(from, apprtc_result(taken ? "SUCCESS" : "ERROR"));
}

void ApprtcRooms::leave(const ApprtcClient& who, const Requester& from, Effects& effects) {
  effects.reply_text(from, http::Status::ok, {});
  Client* const client = find(who);
  if (client == nullptr || client->has_left) return;
  vacate(who, *client, effects);
  if (!client->seat) forget(who);
}

void ApprtcRooms::post(const ApprtcClient& who, std::string text, const Requester& from,
                       Effects& effects) {
  Client* const client = find(who);
  if (client == nullptr) {
    effects.count(Refusal::not_joined);
    return effects.reply_text(from, http::Status::not_found, "Error: no such client\n");
  }
  const bool taken = say(who, *client, std::move(text), effects);
  if (!taken) {
    effects.count(Refusal::too_big);
    return effects.reply_text(from, http::Status::service_unavailable,
                              "Error: too many messages wait\n");
  }
  effects.reply_text(from, http::Status::ok, "OK\n");
}

/// Unknown clients are answered alike: hanging up, clients leave before they come to this.
void ApprtcRooms::remove(const ApprtcClient& who, const Requester& from, Effects& effects) {
  effects.reply_text(from, http::Status::ok, "OK\n");
  Client* const client = find(who);
  if (client == nullptr) return;
  if (!client->has_left) vacate(who, *client, effects);
  forget(who);
}

void ApprtcRooms::enlist(const ApprtcClient& who, const Seat& seat, Effects& effects) {
  Client* const client = find(who);
  if (client == nullptr || client->has_left) {
    effects.count(Refusal::not_joined);
    return effects.dismiss(seat, CloseReason::policy,
                           make_text(apprtc_error("This client has not joined the room.")));
  }
  if (client->seat && *client->seat != seat) {
    effects.dismiss(*client->seat, CloseReason::replaced);
  }
  client->seat = seat;
  client->gone_at.reset();
  Client* const other = other_of(room_of(who), *client);
  if (other == nullptr) return;
  for (const Text& text : other->waiting) {
    effects.deliver(seat, make_text(apprtc_message(*text)));
    ++effects.forwarded;
  }
  other->waiting.clear();
  other->waiting_bytes = 0;
}

void ApprtcRooms::send(const ApprtcClient& who, const Seat& seat, std::string text,
                       Effects& effects) {
  Client* const client = find(who);
  if (client == nullptr || client->seat != seat) return;  // It is being dismissed.
  if (!say(who, *client, std::move(text), effects)) {
    effects.count(Refusal::too_big);
    effects.dismiss(seat, CloseReason::policy,
                    make_text(apprtc_error("Too many messages wait for the other client.")));
  }
}

bool ApprtcRooms::say(const ApprtcClient& who, Client& client, std::string text, Effects& effects) {
  Client* const other = other_of(room_of(who), client);
  if (other != nullptr && other->seat) {
    effects.deliver(*other->seat, make_text(apprtc_message(text)));
    ++effects.forwarded;
    return true;
  }
  if (client.has_left) return true;  // There is nobody left to hear it.
  if (client.waiting.size() >= max_waiting_messages ||
      client.waiting_bytes + text.size() > max_waiting_bytes) {
    return false;
  }
  client.waiting_bytes += text.size();
  client.waiting.push_back(make_text(std::move(text)));
  return true;
}

ApprtcRooms::Client* ApprtcRooms::other_of(Room& room, const Client& client) {
  if (!client.partner) return nullptr;
  const auto other = std::ranges::find(room, *client.partner, &Client::id);
  return other != room.end() && !other->has_left ? &*other : nullptr;
}

void ApprtcRooms::lose(const ApprtcClient& who, const Seat& seat, Time now) {
  Client* const client = find(who);
  if (client == nullptr || client->seat != seat) return;  // Another connection took over.
  client->seat.reset();
  client->gone_at = now + return_time;
  if (client->has_left) forget(who);
}

void ApprtcRooms::on_time(Time now, Effects& effects) {
  std::vector<ApprtcClient> gone;
  for (const auto& [name, room] : rooms_) {
    for (const Client& client : room) {
      if (client.gone_at && *client.gone_at <= now) gone.push_back({name, client.id});
    }
  }
  for (const ApprtcClient& who : gone) {
    vacate(who, *find(who), effects);
    forget(who);
  }
}

/// Its place may be taken. Whoever stays is the one that offers, and nothing that it said to the
/// one who left is for the next.
void ApprtcRooms::vacate(const ApprtcClient& who, Client& client, Effects& effects) {
  client.has_left = true;
  client.waiting.clear();
  client.waiting_bytes = 0;
  std::size_t staying = 0;
  for (Client& other : room_of(who)) {
    if (other.has_left) continue;
    ++staying;
    other.is_initiator = true;
    other.partner.reset();
    other.waiting.clear();
    other.waiting_bytes = 0;
  }
  effects.events.push_back({Event::Kind::left, who.room.text(), who.client.text(), staying});
}

void ApprtcRooms::forget(const ApprtcClient& who) {
  const auto found = rooms_.find(who.room);
  --members_;
  std::erase_if(found->second, [&](const Client& client) { return client.id == who.client; });
  if (!found->second.empty()) return;
  rooms_.erase(found);
  budget_.give_back();
}

ApprtcRooms::Client* ApprtcRooms::find(const ApprtcClient& who) {
  const auto found = rooms_.find(who.room);
  if (found == rooms_.end()) return nullptr;
  const auto client = std::ranges::find(found->second, who.client, &Client::id);
  return client != found->second.end() ? &*client : nullptr;
}

bool ApprtcRooms::is_consistent() const {
  std::size_t members = 0;
  for (const auto& [name, room] : rooms_) {
    std::set<Name> ids;
    members += room.size();
    for (const Client& client : room) {
      if (client.seat.has_value() == client.gone_at.has_value()) return false;
      if (client.has_left && !client.seat) return false;
      if (client.waiting.size() > max_waiting_messages ||
          client.waiting_bytes > max_waiting_bytes || !ids.insert(client.id).second) {
        return false;
      }
    }
    const auto present = std::ranges::count(room, false, &Client::has_left);
    if (room.empty() || present > static_cast<std::ptrdiff_t>(room_size)) return false;
  }
  return members == members_;
}

}  // namespace relay::signaling
