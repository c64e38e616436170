#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr std::string_view software_name = "turnbox " TURNBOX_VERSION;

void announce_software(Draft& draft, bool on) {
  draft.settings().turn.software = on ? software_name : std::string_view();
}

constexpr Option table[] = {
    {.name = "fingerprint",
     .letter = 'f',
     .default_value = "false",
     .help = "Put FINGERPRINT into every message; otherwise where the request has it.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(boolean(v), d.settings().turn.always_fingerprint);
         }},
    {.name = "stun-only",
     .letter = 'S',
     .default_value = "false",
     .help = "Answer Binding requests alone: no relay.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().turn.stun_only); }},
    {.name = "no-stun",
     .default_value = "false",
     .help = "Do not answer Binding requests.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(inverted_boolean(v), d.settings().turn.answer_binding);
         }},
    {.name = "icmp-errors",
     .default_value = "false",
     .help = "Tell clients when the network cannot deliver to a peer (ICMP, RFC 8656 11.5).",
     .set =
         [](Draft& d, std::string_view v) {
           return store(boolean(v), d.settings().turn.tell_icmp_errors);
         }},
    {.name = "software-attribute",
     .default_value = "false",
     .help = "Tell clients name and version of this server (SOFTWARE).",
     .set =
         [](Draft& d, std::string_view v) {
           const Result<bool> on = boolean(v);
           if (on) announce_software(d, *on);
           return checked(on);
         }},
    {.name = "no-software-attribute",
     .default_value = "true",
     .help = "The opposite of software-attribute.",
     .state = State::deprecated,
     .note = "SOFTWARE is not sent unless software-attribute is given",
     .set =
         [](Draft& d, std::string_view v) {
           const Result<bool> off = boolean(v);
           if (off) announce_software(d, !*off);
           if (off) d.implied.emplace_back("software-attribute", *off ? "false" : "true");
           return checked(off);
         }},
    {.name = "include-reason-string",
     .default_value = "false",
     .help = "Put a reason phrase into error responses.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().turn.reason_phrases); }},
    {.name = "stun-backward-compatibility",
     .default_value = "false",
     .help = "Answer Binding requests with MAPPED-ADDRESS besides XOR-MAPPED-ADDRESS.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(boolean(v), d.settings().turn.mapped_address_too);
         }},
    {.name = "rfc5766-channel-numbers",
     .default_value = "false",
     .help = "Accept the channel numbers 0x5000 to 0x7FFF of older clients too.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(boolean(v), d.settings().turn.rfc5766_channel_numbers);
         }},
    {.name = "rfc5780",
     .default_value = "false",
     .help = "Let clients find out how their NAT behaves (RFC 5780). Takes two addresses to listen "
             "on, both public or both private, and listens on a second port of each.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().behavior_discovery); }},
    {.name = "alt-listening-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "0",
     .help = "The second port for RFC 5780; 0 is the one after listening-port.",
     .set = [](Draft& d,
               std::string_view v) { return store(port(v), d.settings().alternate_port); }},
    {.name = "no-rfc5780",
     .default_value = "true",
     .help = "The opposite of rfc5780.",
     .state = State::deprecated,
     .note = "RFC 5780 is off unless rfc5780 is given"},
    {.name = "response-origin-only-with-rfc5780",
     .default_value = "true",
     .help = "Send RESPONSE-ORIGIN with RFC 5780 alone.",
     .state = State::deprecated,
     .note = "this is always so, remove it"},
    {.name = "rfc3489-compatibility",
     .default_value = "false",
     .help = "Answer Binding requests of clients older than 2008 too, which have no magic cookie "
             "(the obsolete RFC 3489). Not with secure-stun.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().turn.rfc3489); }},
    {.name = "drop-invalid-packets",
     .default_value = "true",
     .help = "Drop what is not STUN before anything is remembered of the sender.",
     .state = State::ignored,
     .note = "what is not STUN is always dropped",
     .off = "true"},
    {.name = "respond-http-unsupported",
     .default_value = "false",
     .help =
         "Answer all HTTP on the TURN ports with 400, instead of /healthz, /readyz and the like.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().http.refused); }},
    {.name = "no-http",
     .default_value = "false",
     .help = "Close connections that speak HTTP on the TURN ports, instead of answering /healthz, "
             "/readyz and the like.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(inverted_boolean(v), d.settings().http.served);
         }},
    {.name = "acme-redirect",
     .kind = Kind::value,
     .value_name = "URL",
     .help = "Redirect challenges of ACME (RFC 8555) that arrive on the TURN ports: what follows "
             "/.well-known/acme-challenge/ is appended to this.",
     .example = "http://192.0.2.9/.well-known/acme-challenge/",
     .set =
         [](Draft& d, std::string_view v) {
           if (v.empty()) return store(Result<std::string>(""), d.settings().http.acme_redirect);
           return store(http_url(v), d.settings().http.acme_redirect);
         }},
};

}  // namespace

constinit const std::span<const Option> protocol_options{table};

}  // namespace relay::options
