#include "relay/options/table.h"

#include <limits>

namespace relay::options {
namespace {

constexpr Option table[] = {
    {.name = "daemon",
     .letter = 'o',
     .default_value = "false",
     .help = "Run in the background.",
     .set = [](Draft& d, std::string_view v) { return store(boolean(v), d.settings().daemon); }},
    {.name = "pidfile",
     .kind = Kind::value,
     .value_name = "FILE",
     .help = "Write the process id to this file.",
     .example = "/run/turnserver/turnserver.pid",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().pid_file = v;
           return Result<void>();
         }},
    {.name = "proc-user",
     .kind = Kind::value,
     .value_name = "NAME",
     .help = "Become this user once the ports are open.",
     .example = "turnserver",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().run_as_user = v;
           return Result<void>();
         }},
    {.name = "proc-group",
     .kind = Kind::value,
     .value_name = "NAME",
     .help = "Become a member of this group once the ports are open.",
     .example = "turnserver",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().run_as_group = v;
           return Result<void>();
         }},
    {.name = "drain-min-allocations",
     .kind = Kind::value,
     .value_name = "N",
     .default_value = "0",
     .unit = "allocations",
     .help = "While draining, stop as soon as no more than these are left.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(number(v, 0, std::numeric_limits<std::uint32_t>::max()),
                        d.settings().drain_min_allocations);
         }},
    {.name = "drain-timeout",
     .kind = Kind::value,
     .value_name = "SECONDS",
     .default_value = "10",
     .unit = "seconds",
     .help = "After SIGTERM, wait this long for allocations to end before stopping. 0: stop at "
             "once.",
     .set = [](Draft& d,
               std::string_view v) { return store(seconds(v), d.settings().drain_timeout); }},
};

}  // namespace

constinit const std::span<const Option> process_options{table};

}  // namespace relay::options
