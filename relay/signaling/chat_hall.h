// The chat: one hall for everybody, in which each guest gets the next number and hears all that is
// said. It speaks first, as the pages of the course expect. One worker has it for all. No IO.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "relay/signaling/effects.h"

namespace relay::signaling {

class ChatHall {
 public:
  void enter(const Seat& seat, Effects& effects);
  void say(const Seat& seat, std::string_view text, Effects& effects);
  void leave(const Seat& seat, Effects& effects);

  std::size_t guests() const { return number_by_seat_.size(); }

 private:
  void tell_everybody(std::string_view type, std::string_view data, Effects& effects) const;

  std::uint64_t last_number_ = 0;
  std::map<Seat, std::uint64_t> number_by_seat_;
};

}  // namespace relay::signaling
