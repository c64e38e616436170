#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr Option table[] = {
    {.name = "alternate-server",
     .kind = Kind::list,
     .value_name = "IP[:PORT]",
     .help = "Send UDP and TCP clients that want to allocate to this server (300, Try Alternate). "
             "Several take turns. A server that is in its own list serves its clients itself.",
     .example = "192.0.2.2:3478",
     .set =
         [](Draft& d, std::string_view v) {
           return append(alternate_server(v, 3478), d.settings().alternate_servers);
         }},
    {.name = "udp-alternate-server",
     .kind = Kind::list,
     .value_name = "IP[:PORT]",
     .help = "The same for UDP clients, instead of alternate-server.",
     .example = "192.0.2.2:3478",
     .set =
         [](Draft& d, std::string_view v) {
           return append(alternate_server(v, 3478), d.settings().udp_alternate_servers);
         }},
    {.name = "tcp-alternate-server",
     .kind = Kind::list,
     .value_name = "IP[:PORT]",
     .help = "The same for TCP clients, instead of alternate-server.",
     .example = "192.0.2.2:3478",
     .set =
         [](Draft& d, std::string_view v) {
           return append(alternate_server(v, 3478), d.settings().tcp_alternate_servers);
         }},
    {.name = "tls-alternate-server",
     .kind = Kind::list,
     .value_name = "IP[:PORT][/NAME]",
     .help = "The same for TLS and DTLS clients. The name is the one in its certificate, if that "
             "is not ours: clients are told it (ALTERNATE-DOMAIN). Without a port: 5349.",
     .example = "192.0.2.2:5349/turn2.example.org",
     .set =
         [](Draft& d, std::string_view v) {
           return append(alternate_server(v, 5349), d.settings().tls_alternate_servers);
         }},
    {.name = "udp-self-balance",
     .default_value = "false",
     .help = "Send UDP clients to the auxiliary listeners (aux-server), which take turns.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().udp_self_balance); }},
};

}  // namespace

constinit const std::span<const Option> balancing_options{table};

}  // namespace relay::options
