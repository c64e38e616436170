#include "relay/signaling/switchboard.h"

#include <type_traits>
#include <utility>

#include "relay/signaling/apprtc_request.h"
#include "relay/signaling/course_text.h"

namespace relay::signaling {
namespace {

template <class T>
constexpr bool is_effect =
    std::is_same_v<T, Deliver> || std::is_same_v<T, Dismiss> || std::is_same_v<T, Reply>;

std::size_t worker_with(const Join& ask, std::size_t workers) { return home_of(ask.room, workers); }
std::size_t worker_with(const Leave& ask, std::size_t workers) {
  return home_of(ask.room, workers);
}
std::size_t worker_with(const Forward& ask, std::size_t workers) {
  return home_of(ask.room, workers);
}
std::size_t worker_with(const ChatAsk&, std::size_t) { return 0; }
std::size_t worker_with(const ApprtcAsk& ask, std::size_t workers) {
  return home_of(ask.who.room, workers);
}
std::size_t worker_with(const Deliver& effect, std::size_t) { return effect.to.worker; }
std::size_t worker_with(const Dismiss& effect, std::size_t) { return effect.seat.worker; }
std::size_t worker_with(const Reply& effect, std::size_t) { return effect.to.worker; }

std::string_view reason_of(CloseReason reason) {
  switch (reason) {
    case CloseReason::policy:
      return "refused";
    case CloseReason::try_again_later:
      return "try again later";
    case CloseReason::replaced:
      return "replaced by another connection";
  }
  std::unreachable();
}

}  // namespace

Switchboard::Switchboard(Parts parts)
    : parts_(std::move(parts)),
      all_rooms_(parts_.room_size, parts_.budget),
      mail_(parts_.workers) {}

void Switchboard::on_open(ConnectionId connection, const Arrival& arrival, Time now) {
  Visitor visitor{.connection = connection, .address = arrival.client, .since = now};
  if (arrival.dialect == Dialect::chat) {
    visitor.tongue = Tongue::chat;
    post(ChatAsk{ChatAsk::Kind::enter, seat_of(visitor), {}});
  }
  visitors_.insert_or_assign(connection, std::move(visitor));
  parts_.counters.connections.set(visitors_.size());
  drain(now);
}

void Switchboard::on_text(ConnectionId connection, std::string_view text, Time now) {
  const auto found = visitors_.find(connection);
  if (found == visitors_.end() || found->second.is_leaving) return;
  Visitor& visitor = found->second;
  parts_.counters.texts.add();
  if (visitor.tongue == Tongue::chat) {
    post(ChatAsk{ChatAsk::Kind::say, seat_of(visitor), std::string(text)});
    return drain(now);
  }
  auto frame = parse_frame(text);
  if (frame && visitor.tongue == Tongue::undecided && frame->cmd.value == "register") {
    visitor.tongue = Tongue::apprtc;
  }
  if (visitor.tongue != Tongue::apprtc) {
    if (frame) hear_course(visitor, *frame, text, now);
    if (!frame) refuse(visitor, Refusal::bad_json, {});
  } else {
    if (frame) hear_apprtc(visitor, std::move(*frame));
    if (!frame) hang_up(visitor, Refusal::bad_json, "This is no JSON object.");
  }
  drain(now);
}

void Switchboard::on_text_refused(ConnectionId connection, Time) {
  const auto found = visitors_.find(connection);
  if (found == visitors_.end() || found->second.is_leaving) return;
  Visitor& visitor = found->second;
  switch (visitor.tongue) {
    case Tongue::undecided:
    case Tongue::course:
      return refuse(visitor, Refusal::rate, {});
    case Tongue::apprtc:
      // One that misses a message cannot go on, and would not know why.
      return hang_up(visitor, Refusal::rate, "Too many messages at once.");
    case Tongue::chat:
      return count_refusal(Refusal::rate);
  }
}

void Switchboard::on_close(ConnectionId connection, Time now) {
  const auto found = visitors_.find(connection);
  if (found == visitors_.end()) return;
  give_up_place(found->second);
  visitors_.erase(found);
  parts_.counters.connections.set(visitors_.size());
  drain(now);
}

bool Switchboard::on_request(RequestId id, const http::Request& request, Time now) {
  ApprtcRequest read = read_apprtc_request(
      request, [this] { return *Name::parse(std::to_string(parts_.random())); });
  if (const auto* const response = std::get_if<http::Response>(&read)) {
    parts_.door.respond(id, *response);
    return true;
  }
  auto* const ask = std::get_if<ApprtcAsk>(&read);
  if (ask == nullptr) return false;
  ask->from = {parts_.worker, id};
  if (ask->kind == ApprtcAsk::Kind::join && !parts_.may_join(request.client, now)) {
    count_refusal(Refusal::rate);
    perform(Reply{.to = ask->from, .content = apprtc_result("ERROR"), .content_type = json_type});
    return true;
  }
  post(std::move(*ask));
  drain(now);
  return true;
}

void Switchboard::on_time(Time now) {
  Effects effects;
  all_rooms_.on_time(now, effects);
  carry_out(effects);
  dismiss_idle(now);
  drain(now);
}

/// Pages open their WebSocket long before anybody says which room; so many may wait.
void Switchboard::dismiss_idle(Time now) {
  std::size_t others = visitors_.size();
  if (others <= max_idle_connections) return;
  for (const auto& [connection, visitor] : visitors_) {
    if (visitor.place || visitor.tongue == Tongue::chat) --others;
  }
  for (auto& [connection, visitor] : visitors_) {
    if (others <= max_idle_connections || now - visitor.since < idle_time) return;
    if (visitor.place || visitor.tongue == Tongue::chat) continue;
    perform(Dismiss{.seat = seat_of(visitor), .reason = CloseReason::policy});
    --others;
  }
}

void Switchboard::on_mail(std::vector<Item> items, Time now) {
  for (Item& item : items) here_.push_back(std::move(item));
  drain(now);
}

void Switchboard::give_up_place(Visitor& visitor) {
  if (visitor.tongue == Tongue::chat) {
    return post(ChatAsk{ChatAsk::Kind::leave, seat_of(visitor), {}});
  }
  if (!visitor.place) return;
  if (visitor.tongue == Tongue::apprtc) {
    post(ApprtcAsk{.kind = ApprtcAsk::Kind::lose,
                   .who = {visitor.place->room, visitor.place->member},
                   .seat = seat_of(visitor)});
  } else {
    post(Leave{visitor.place->room, seat_of(visitor)});
  }
  visitor.place.reset();
}

Seat Switchboard::seat_of(const Visitor& visitor) const {
  return {parts_.worker, visitor.connection, visitor.visit};
}

/// Null: whoever sat there has gone.
Switchboard::Visitor* Switchboard::visitor_of(const Seat& seat) {
  const auto found = visitors_.find(seat.connection);
  if (found == visitors_.end()) return nullptr;
  Visitor& visitor = found->second;
  const bool sits = visitor.place || visitor.tongue == Tongue::chat;
  return sits && !visitor.is_leaving && visitor.visit == seat.visit ? &visitor : nullptr;
}

void Switchboard::post(Item item) {
  const std::size_t worker = worker_of(item);
  (worker == parts_.worker ? here_ : mail_[worker]).push_back(std::move(item));
}

std::size_t Switchboard::worker_of(const Item& item) const {
  return std::visit([this](const auto& what) { return worker_with(what, parts_.workers); }, item);
}

void Switchboard::drain(Time now) {
  for (std::size_t i = 0; i < here_.size(); ++i) {
    const Item item = std::move(here_[i]);
    perform(item, now);
  }
  here_.clear();
  for (std::size_t worker = 0; worker < mail_.size(); ++worker) {
    if (!mail_[worker].empty()) parts_.mail.send(worker, std::exchange(mail_[worker], {}));
  }
  parts_.counters.rooms.set(all_rooms_.rooms());
  parts_.counters.members.set(all_rooms_.members());
}

void Switchboard::perform(const Item& item, Time now) {
  std::visit(
      [&]<class T>(const T& what) {
        if constexpr (is_effect<T>) {
          perform(what);
        } else {
          Effects effects;
          all_rooms_.carry_out(what, effects, now);
          carry_out(effects);
        }
      },
      item);
}

void Switchboard::carry_out(Effects& effects) {
  for (Effect& effect : effects.queue) {
    std::visit([this](auto& what) { post(std::move(what)); }, effect);
  }
  for (const Event& event : effects.events) parts_.tell(event);
  parts_.counters.forwarded.add(effects.forwarded);
  for (std::size_t i = 0; i < refusal_kinds; ++i)
    parts_.counters.refused[i].add(effects.refused[i]);
}

void Switchboard::perform(const Deliver& deliver) {
  Visitor* const visitor = visitor_of(deliver.to);
  if (visitor == nullptr) return;
  parts_.door.send(visitor->connection, deliver.text);
  if (deliver.ends_visit) visitor->place.reset();
}

/// It keeps its place until its connection has ended, which gives that up.
void Switchboard::perform(const Dismiss& dismiss) {
  const auto found = visitors_.find(dismiss.seat.connection);
  if (found == visitors_.end()) return;
  Visitor& visitor = found->second;
  if (visitor.is_leaving || visitor.visit != dismiss.seat.visit) return;
  visitor.is_leaving = true;
  if (dismiss.text) parts_.door.send(visitor.connection, dismiss.text);
  parts_.door.close(visitor.connection, std::to_underlying(dismiss.reason),
                    reason_of(dismiss.reason));
}

void Switchboard::perform(const Reply& reply) {
  parts_.door.respond(reply.to.request, {.status = reply.status,
                                         .content = reply.content,
                                         .content_type = std::string(reply.content_type)});
}

void Switchboard::count_refusal(Refusal refusal) {
  parts_.counters.refused[std::to_underlying(refusal)].add();
}

bool Switchboard::is_consistent() const { return here_.empty() && all_rooms_.is_consistent(); }

}  // namespace relay::signaling
