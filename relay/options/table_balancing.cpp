#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr Option table[] = {
    {.name = "alternate-server",
     .kind = Kind::list,
     .value_name = "IP[:PORT]",
     .help = "Send UDP and TCP clients to this server.",
     .example = "192.0.2.2:3478",
     .state = State::ignored,
     .note = "sending clients to other servers is not built yet"},
    {.name = "udp-alternate-server",
     .kind = Kind::list,
     .value_name = "IP[:PORT]",
     .help = "Send UDP clients to this server.",
     .example = "192.0.2.2:3478",
     .state = State::ignored,
     .note = "sending clients to other servers is not built yet"},
    {.name = "tcp-alternate-server",
     .kind = Kind::list,
     .value_name = "IP[:PORT]",
     .help = "Send TCP clients to this server.",
     .example = "192.0.2.2:3478",
     .state = State::ignored,
     .note = "sending clients to other servers is not built yet"},
    {.name = "tls-alternate-server",
     .kind = Kind::list,
     .value_name = "IP[:PORT]",
     .help = "Send TLS and DTLS clients to this server.",
     .example = "192.0.2.2:5349",
     .state = State::ignored,
     .note = "sending clients to other servers is not built yet"},
    {.name = "udp-self-balance",
     .default_value = "false",
     .help = "Spread UDP clients over the auxiliary listeners.",
     .state = State::ignored,
     .note = "sending clients to other servers is not built yet"},
};

}  // namespace

constinit const std::span<const Option> balancing_options{table};

}  // namespace relay::options
