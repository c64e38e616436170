#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr Option table[] = {
    {.name = "prod",
     .help = "Hid the software version.",
     .state = State::removed,
     .note = "the version is hidden unless software-attribute is given"},
    {.name = "secret-ts-exp-time",
     .kind = Kind::value,
     .value_name = "N",
     .help = "How long time-limited credentials were good.",
     .state = State::removed,
     .note = "the user name holds the time of expiry"},
    {.name = "no-sslv2",
     .help = "Refused SSL 2.",
     .state = State::removed,
     .note = "SSL is never spoken"},
    {.name = "no-sslv3",
     .help = "Refused SSL 3.",
     .state = State::removed,
     .note = "SSL is never spoken"},
    {.name = "no-tlsv1",
     .help = "Refused TLS 1.0.",
     .state = State::removed,
     .note = "TLS 1.0 is refused unless tlsv1 is given"},
    {.name = "no-tlsv1_1",
     .help = "Refused TLS 1.1.",
     .state = State::removed,
     .note = "TLS 1.1 is refused unless tlsv1_1 is given"},
    {.name = "dh2066",
     .help = "Key exchange with a 2066-bit group.",
     .state = State::removed,
     .note = "a strong group is the default; dh-file names another"},
    {.name = "no-stun-backward-compatibility",
     .help = "Answered without MAPPED-ADDRESS.",
     .state = State::removed,
     .note = "this is so unless stun-backward-compatibility is given"},
    {.name = "no-loopback-peers",
     .help = "Refused loopback peers.",
     .state = State::removed,
     .note = "they are refused unless allow-loopback-peers is given"},
    {.name = "ne",
     .kind = Kind::value,
     .value_name = "N",
     .help = "Chose among ways to run threads.",
     .state = State::removed,
     .note = "relay-threads sets their number"},
};

}  // namespace

constinit const std::span<const Option> removed_options{table};

}  // namespace relay::options
