#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr std::uint64_t largest_room = 64;

constexpr Option table[] = {
    {.name = "no-signal",
     .default_value = "false",
     .help = "No rooms and no pages: TURN alone.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(inverted_boolean(v), d.settings().signaling.served);
         }},
    {.name = "room-size",
     .kind = Kind::value,
     .value_name = "N",
     .default_value = "2",
     .unit = "members",
     .help = "How many a room of the call page and of the course's clients holds, from 2 to 64. "
             "With more than 2 each talks to each.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(number(v, 2, largest_room), d.settings().signaling.room_size);
         }},
};

}  // namespace

constinit const std::span<const Option> signaling_options{table};

}  // namespace relay::options
