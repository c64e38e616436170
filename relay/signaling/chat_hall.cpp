#include "relay/signaling/chat_hall.h"

#include <string>

#include "relay/signaling/json_text.h"
#include "relay/signaling/limits.h"

namespace relay::signaling {
namespace {

/// The pages of the course put what they get into their HTML.
std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    if (c == '&') {
      html += "&amp;";
    } else if (c == '<') {
      html += "&lt;";
    } else if (c == '>') {
      html += "&gt;";
    } else {
      html += c;
    }
  }
  return html;
}

std::string message(std::string_view type, std::string_view data) {
  return R"({"type":)" + quoted(type) + R"(,"data":)" + quoted(data) + "}";
}

std::string name_of(std::uint64_t number) { return "user" + std::to_string(number); }

}  // namespace

void ChatHall::enter(const Seat& seat, Effects& effects) {
  if (number_by_seat_.size() >= max_chat_guests) {
    effects.count(Refusal::busy);
    return effects.dismiss(seat, CloseReason::try_again_later,
                           make_text(message("error", "the chat is full")));
  }
  const std::uint64_t number = ++last_number_;
  number_by_seat_.emplace(seat, number);
  tell_everybody("enter", name_of(number) + " 进来啦", effects);
}

void ChatHall::say(const Seat& seat, std::string_view text, Effects& effects) {
  const auto guest = number_by_seat_.find(seat);
  if (guest == number_by_seat_.end()) return;
  if (text.size() > max_chat_message) {
    effects.count(Refusal::too_big);
    return effects.deliver(seat, make_text(message("error", "at most 2048 bytes at once")));
  }
  tell_everybody("message", name_of(guest->second) + " 说:      " + escaped(text), effects);
  effects.forwarded += number_by_seat_.size();
}

void ChatHall::leave(const Seat& seat, Effects& effects) {
  const auto guest = number_by_seat_.find(seat);
  if (guest == number_by_seat_.end()) return;
  const std::uint64_t number = guest->second;
  number_by_seat_.erase(guest);
  tell_everybody("leave", name_of(number) + " 离开了", effects);
}

void ChatHall::tell_everybody(std::string_view type, std::string_view data,
                              Effects& effects) const {
  const Text text = make_text(message(type, data));
  for (const auto& [seat, number] : number_by_seat_) effects.deliver(seat, text);
}

}  // namespace relay::signaling
