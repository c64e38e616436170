#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr Option table[] = {
    {.name = "denied-peer-ip",
     .kind = Kind::list,
     .value_name = "RANGE",
     .help = "Peers that nobody may reach: an address, FIRST-LAST, or a network such as "
             "10.0.0.0/8.",
     .example = "192.0.2.0/24",
     .set = [](Draft& d,
               std::string_view v) { return append(address_range(v), d.settings().denied_peers); }},
    {.name = "allowed-peer-ip",
     .kind = Kind::list,
     .value_name = "RANGE",
     .help = "Peers that may be reached although denied-peer-ip or their being private says "
             "otherwise. Loopback, link-local and multicast stay refused.",
     .example = "10.1.2.0-10.1.2.255",
     .set =
         [](Draft& d, std::string_view v) {
           return append(address_range(v), d.settings().allowed_peers);
         }},
    {.name = "allow-loopback-peers",
     .default_value = "false",
     .help = "Let clients reach 127.0.0.0/8 and ::1 through the relay. For tests.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(boolean(v), d.settings().allow_loopback_peers);
         }},
    {.name = "no-multicast-peers",
     .default_value = "true",
     .help = "Refuse multicast and broadcast peers. On by itself, other than in coturn.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(inverted_boolean(v), d.settings().allow_multicast_peers);
         }},
};

}  // namespace

constinit const std::span<const Option> peer_options{table};

}  // namespace relay::options
