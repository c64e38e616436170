#include "relay/options/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace relay::options {
namespace {

/// `public`: one per family, the last one counts. `public/private`: any number, and the private
/// address becomes an allowed peer, so that clients of one server can meet.
Result<void> set_external_address(Draft& draft, std::string_view value) {
  const Result<ExternalAddress> address = external_address(value);
  if (!address) return std::unexpected(address.error());
  auto& known = draft.settings().external_addresses;
  const auto same = std::ranges::find_if(known, [&](const ExternalAddress& other) {
    return other.local ? other.local == address->local
                       : !address->local && other.external.family() == address->external.family();
  });
  if (same != known.end()) {
    if (same->external != address->external) {
      draft.remarks.push_back(fmt::format(
          "{} replaces {}; for several addresses of one family write PUBLIC/PRIVATE for each",
          address->external.to_string(), same->external.to_string()));
    }
    // What is replaced is no longer in effect, so that it must not be printed as if it were.
    std::erase_if(draft.parsed.given, [&](const Assignment& given) {
      if (given.option->name != "external-ip") return false;
      const Result<ExternalAddress> earlier = external_address(*given.value);
      return earlier->local == same->local && earlier->external == same->external;
    });
    *same = *address;
    return {};
  }
  known.push_back(*address);
  if (address->local) {
    draft.settings().allowed_peers.push_back({*address->local, *address->local});
    draft.implied.emplace_back("allowed-peer-ip", address->local->to_string());
  }
  return {};
}

constexpr Option table[] = {
    {.name = "relay-ip",
     .letter = 'E',
     .kind = Kind::list,
     .value_name = "IP",
     .help = "Local address that relays are opened on. Without it: the listening addresses, else "
             "the address that the client came to.",
     .example = "192.0.2.1",
     .set = [](Draft& d,
               std::string_view v) { return append(ip_address(v), d.settings().relay_ips); }},
    {.name = "external-ip",
     .letter = 'X',
     .kind = Kind::list,
     .value_name = "PUBLIC[/PRIVATE]",
     .help = "The public address of a NAT in front of this host: one per family, or one for each "
             "private address as PUBLIC/PRIVATE.",
     .example = "203.0.113.1",
     .set = set_external_address},
    {.name = "min-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "49152",
     .help = "The lowest port of a relay.",
     .set = [](Draft& d, std::string_view v) { return store(port(v), d.settings().min_port); }},
    {.name = "max-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "65535",
     .help = "The highest port of a relay.",
     .set = [](Draft& d, std::string_view v) { return store(port(v), d.settings().max_port); }},
    {.name = "relay-device",
     .letter = 'i',
     .kind = Kind::value,
     .value_name = "DEVICE",
     .help = "Relay through this network interface alone (SO_BINDTODEVICE).",
     .example = "eth0",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().relay_device = v;
           return Result<void>();
         }},
    {.name = "allocation-default-address-family",
     .letter = 'A',
     .kind = Kind::value,
     .value_name = "ipv4|ipv6|keep",
     .default_value = "ipv4",
     .help = "The family of a relay when the client names none; keep takes the client's own.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(default_family(v), d.settings().turn.default_family);
         }},
    {.name = "keep-address-family",
     .letter = 'K',
     .default_value = "false",
     .help = "The same as allocation-default-address-family=keep.",
     .state = State::deprecated,
     .note = "write allocation-default-address-family=keep",
     .letter_takes_value = true,
     .set =
         [](Draft& d, std::string_view v) {
           const Result<bool> keep = boolean(v);
           if (keep && *keep) {
             d.settings().turn.default_family = turn::DefaultFamily::keep;
             d.implied.emplace_back("allocation-default-address-family", "keep");
           }
           return checked(keep);
         }},
    {.name = "no-udp-relay",
     .default_value = "false",
     .help = "Do not relay UDP.",
     .set =
         [](Draft& d, std::string_view v) {
           return store(inverted_boolean(v), d.settings().turn.udp_relay);
         }},
    {.name = "no-tcp-relay",
     .default_value = "false",
     .help = "Do not relay TCP (RFC 6062).",
     .set =
         [](Draft& d, std::string_view v) {
           return store(inverted_boolean(v), d.settings().turn.tcp_relay);
         }},
    {.name = "server-relay",
     .default_value = "false",
     .help = "Let every peer send to a relay without a permission. Not standard, and dangerous.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().turn.server_relay); }},
    {.name = "mobility",
     .default_value = "false",
     .help = "Let clients take their allocations along when their address changes (RFC 8016). Such "
             "allocations have relay sockets of their own even with relay-sockets=shared.",
     .set = [](Draft& d, std::string_view v) { return store(boolean(v), d.settings().mobility); }},
    {.name = "relay-sockets",
     .kind = Kind::value,
     .value_name = "own|shared",
     .default_value = "own",
     .help = "Whether every allocation has a relay socket of its own, or shares 32 per relay "
             "address and worker: for many small calls with media servers. Several clients are "
             "then told one relayed address, and a packet finds its client by where it comes from. "
             "So a peer must be sent to first where several clients of one relayed address permit "
             "its IP, and clients of this server seldom reach each other relay to relay. EVEN-PORT "
             "and reservations get sockets of their own.",
     .set = [](Draft& d,
               std::string_view v) { return store(relay_sockets(v), d.settings().relay_sockets); }},
    {.name = "multiplex-peer",
     .default_value = "false",
     .help = "The same as relay-sockets=shared.",
     .state = State::deprecated,
     .note = "write relay-sockets=shared",
     .set =
         [](Draft& d, std::string_view v) {
           const Result<bool> share = boolean(v);
           if (share && *share) {
             d.settings().relay_sockets = RelaySharing::shared;
             d.implied.emplace_back("relay-sockets", "shared");
           }
           return checked(share);
         }},
    {.name = "multiplex-peer-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "3480",
     .help = "The first of the shared relay ports.",
     .state = State::ignored,
     .note = "shared relay sockets take ports from min-port to max-port",
     .set = [](Draft&, std::string_view v) { return checked(port(v)); }},
    {.name = "multiplex-peer-max-peers",
     .kind = Kind::value,
     .value_name = "N",
     .default_value = "256",
     .help = "Peers of one allocation on shared relay ports.",
     .state = State::ignored,
     .note = "an allocation on shared relay sockets may have 512, and forgets the oldest",
     .set = [](Draft&, std::string_view v) { return checked(number(v, 1, 65535)); }},
};

}  // namespace

constinit const std::span<const Option> relaying_options{table};

}  // namespace relay::options
