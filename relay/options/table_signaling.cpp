#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr std::uint64_t largest_room = 64;

constexpr Option table[] = {
    {.name = "no-signal",
     .default_value = "false",
     .help = "A TURN server alone: no pages, no rooms, no WebSockets, and no ports for them.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(inverted_boolean(v), d.settings().signaling.served);
         }},
    {.name = "signal-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "8099",
     .help =
         "Port for pages and signaling without TLS, ws://HOST:8099/. 0 takes any free one. Where "
         "another program has the usual port, the server does without; where it has the one "
         "given here, the server does not start.",
     .set = [](Draft& d,
               std::string_view v) { return store(port(v), d.settings().signaling.port); }},
    {.name = "signal-tls-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "8098",
     .help = "The same with TLS: https://HOST:8098/, wss://HOST:8098/ws.",
     .set = [](Draft& d,
               std::string_view v) { return store(port(v), d.settings().signaling.tls_port); }},
    {.name = "chat-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "0",
     .help =
         "A further port, on which every WebSocket is one of the chat demo; it is at /chat of the "
         "other ports too. 0 is none.",
     .example = "8010",
     .set =
         [](Draft& d, std::string_view v) {
           return store(port_or_none(v), d.settings().signaling.chat_port);
         }},
    {.name = "ws-origin",
     .kind = Kind::list,
     .value_name = "ORIGIN",
     .help =
         "Pages that may open WebSockets here, beside those of this host; * is all. Without TLS "
         "and on a private address all may. Programs that are no browsers always may.",
     .example = "https://example.org",
     .set =
         [](Draft& d, std::string_view v) {
           return append(web_origin(v), d.settings().signaling.origins);
         }},
    {.name = "ws-ping",
     .kind = Kind::value,
     .value_name = "N",
     .default_value = "25",
     .unit = "seconds",
     .help =
         "Between two pings to a WebSocket that is silent; one that does not answer two of them "
         "is closed. nginx takes 60 s of silence for an end (proxy_read_timeout).",
     .set =
         [](Draft& d, std::string_view v) {
           return store(seconds(v, 1), d.settings().signaling.ping_interval);
         }},
    {.name = "web-root",
     .kind = Kind::value,
     .value_name = "DIR",
     .help = "Serve the files of this folder instead of the built-in pages.",
     .example = "/srv/www",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().signaling.web_root = v;
           return Result<void>();
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
    {.name = "signal-connections",
     .kind = Kind::value,
     .value_name = "N",
     .default_value = "20",
     .help =
         "WebSockets and event streams that one public IPv4 address or IPv6 /64 may have at once, "
         "and five joins a second; a private one ten times as many, this host any number. 0 is "
         "no limit.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(number(v, 0, 1'000'000), d.settings().signaling.connections_per_address);
         }},
};

}  // namespace

constinit const std::span<const Option> signaling_options{table};

}  // namespace relay::options
