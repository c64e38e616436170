#include "relay/options/table.h"

#include <limits>

namespace relay::options {
namespace {

constexpr std::uint64_t max_count = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t max_rate = 1'000'000'000'000;  // bytes per second

constexpr Option table[] = {
    {.name = "user-quota",
     .letter = 'q',
     .kind = Kind::value,
     .value_name = "N",
     .default_value = "0",
     .unit = "allocations",
     .help = "What one user may have at a time; 0 is no limit.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(number(v, 0, max_count), d.settings().user_quota);
         }},
    {.name = "total-quota",
     .letter = 'Q',
     .kind = Kind::value,
     .value_name = "N",
     .default_value = "0",
     .unit = "allocations",
     .help = "What all users of a realm together may have at a time; 0 is no limit.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(number(v, 0, max_count), d.settings().total_quota);
         }},
    {.name = "max-bps",
     .letter = 's',
     .kind = Kind::value,
     .value_name = "N",
     .default_value = "0",
     .unit = "bytes per second",
     .help = "What one allocation may relay in each direction (bytes, in spite of the name); 0 is "
             "no limit.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(number(v, 0, max_rate), d.settings().turn.max_bps);
         }},
    {.name = "bps-capacity",
     .letter = 'B',
     .kind = Kind::value,
     .value_name = "N",
     .default_value = "0",
     .unit = "bytes per second",
     .help = "What all allocations together may reserve, each of them max-bps; 0 is no limit.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(number(v, 0, max_rate), d.settings().bps_capacity);
         }},
    {.name = "max-allocate-lifetime",
     .kind = Kind::optional_number,
     .value_name = "N",
     .default_value = "3600",
     .unit = "seconds",
     .help = "The longest lifetime that an allocation gets before it must be refreshed.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(seconds(v, 1), d.settings().turn.max_lifetime);
         }},
    {.name = "channel-lifetime",
     .kind = Kind::optional_number,
     .value_name = "N",
     .default_value = "600",
     .unit = "seconds",
     .help = "The lifetime of a channel binding.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(seconds(v, 1), d.settings().turn.channel_lifetime);
         }},
    {.name = "permission-lifetime",
     .kind = Kind::optional_number,
     .value_name = "N",
     .default_value = "300",
     .unit = "seconds",
     .help = "The lifetime of a permission.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(seconds(v, 1), d.settings().turn.permission_lifetime);
         }},
    {.name = "max-allocate-timeout",
     .kind = Kind::value,
     .value_name = "N",
     .default_value = "60",
     .unit = "seconds",
     .help = "How long a TCP client may stay without an allocation.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(seconds(v, 1), d.settings().max_allocate_timeout);
         }},
    {.name = "unauthorized-ratelimit",
     .default_value = "true",
     .help = "Limit the answers to clients without credentials. On by itself, other than in "
             "coturn.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().limit_unauthorized); }},
    {.name = "unauthorized-ratelimit-rps",
     .kind = Kind::optional_number,
     .value_name = "N",
     .default_value = "200",
     .unit = "answers per second",
     .help =
         "That limit, for each public IPv4 address and IPv6 /64: high enough for an office that "
         "joins at once from behind one address (coturn: 10).",
     .set =
         [](Draft& d, std::string_view v) {
           return store(number(v, 1, 1'000'000), d.settings().unauthorized_per_second);
         }},
};

}  // namespace

constinit const std::span<const Option> limit_options{table};

}  // namespace relay::options
