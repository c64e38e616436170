#include "tools/turn_load/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "relay/options/suggest.h"
#include "tools/turn_load/option_table.h"

namespace turn_load {
namespace {

constexpr std::string_view introduction =
    "turn_load puts calls on a TURN server and measures loss, reordering and latency. A call is "
    "one\n"
    "allocation with a channel to a peer in this process, and media both ways.\n\n"
    "  turn_load --server 127.0.0.1 --user lqf --password 123456 --calls 100\n"
    "  turn_load ... --profile mixed --find-capacity --report capacity.html\n\n";

constexpr std::string_view profile_help =
    "\nA profile is a YAML file of streams, each a burst of packets at an interval:\n"
    "  streams:\n"
    "    - {size: 160-200, burst: 1, interval: 20ms}\n"
    "    - {size: 1100-1200, burst: 5, interval: 33.3ms, direction: up, share: 0.5}\n"
    "size: bytes of payload (24 to 9000); burst: 1 to 64; interval: 0.1 to 10000 ms; direction:\n"
    "up, down or both (both); share: the part of the calls that carry the stream (1).\n\n"
    "Stops by itself; Ctrl-C stops it early, with the report so far. Exit status: 0 measured,\n"
    "1 the server could not be measured, 2 wrong usage.\n";

const Option* find_option(std::string_view name) {
  const auto found = std::ranges::find(option_table(), name, &Option::name);
  return found == option_table().end() ? nullptr : &*found;
}

std::string unknown(std::string_view name) {
  const auto distance = [&](const Option& option) {
    return relay::options::edit_distance(name, option.name);
  };
  const auto nearest = std::ranges::min_element(option_table(), {}, distance);
  if (distance(*nearest) > std::max<std::size_t>(2, name.size() / 3)) {
    return fmt::format("{}: there is no such option; --help lists them", name);
  }
  return fmt::format("{}: there is no such option; did you mean {}?", name, nearest->name);
}

/// One option off the front of `arguments`: `--name value`, `--name=value` or `--name`.
OptionError take_option(Options& options, std::span<const std::string_view>& arguments) {
  const std::string_view argument = arguments.front();
  arguments = arguments.subspan(1);
  if (!argument.starts_with("--")) {
    return fmt::format("{}: options begin with two dashes; --help lists them", argument);
  }
  const auto equals = argument.find('=');
  const std::string_view name = argument.substr(0, equals);
  const Option* const option = find_option(name);
  if (option == nullptr) return unknown(name);

  std::string_view value;
  if (equals != argument.npos) {
    if (option->value.empty()) return fmt::format("{} takes no value", name);
    value = argument.substr(equals + 1);
  } else if (!option->value.empty()) {
    if (arguments.empty()) return fmt::format("{} needs a value: {}", name, option->value);
    value = arguments.front();
    arguments = arguments.subspan(1);
  }
  const auto error = option->apply(options, value);
  if (error) return fmt::format("{} {}: {}, please", name, value, *error);
  return std::nullopt;
}

/// What only all the options together can tell.
OptionError check(Options& options) {
  if (options.server.empty()) return "--server HOST is missing; --help shows an example";
  if (options.user.empty())
    return "--user NAME is missing: the credentials of a user of the server";
  if (options.password.empty()) return "--password TEXT is missing: the password of the user";
  if (options.user.size() > 508) return "--user: at most 508 bytes (RFC 8489 14.3)";
  if (options.peer_ip.size() > 1) return "--peer-ip: one address, please";
  if (options.transport != Transport::tls && (options.insecure || !options.ca_file.empty())) {
    return "--ca and --insecure are for --transport tls";
  }
  if (options.find_capacity && options.rate > 0) {
    return "--find-capacity searches over the number of calls: --rate would hold the load still";
  }
  if (options.calls.empty()) options.calls = {10};
  if (options.find_capacity && options.calls.size() > 1) {
    return "--find-capacity begins with one number of --calls";
  }
  if (options.port == 0) options.port = options.transport == Transport::tls ? 5349 : 3478;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Transport transport) {
  switch (transport) {
    case Transport::udp:
      return "udp";
    case Transport::tcp:
      return "tcp";
    case Transport::tls:
      return "tls";
  }
  return "";
}

std::expected<Options, std::string> parse_options(std::span<const std::string_view> arguments) {
  Options options;
  while (!arguments.empty()) {
    if (auto error = take_option(options, arguments)) return std::unexpected(std::move(*error));
  }
  if (options.help || options.version) return options;
  if (auto error = check(options)) return std::unexpected(std::move(*error));
  return options;
}

std::string help_text() {
  constexpr std::size_t column = 31;
  std::string text(introduction);
  for (const Option& option : option_table()) {
    const std::string left = fmt::format("  {} {}", option.name, option.value);
    fmt::format_to(std::back_inserter(text), "{:<{}}", left, column);
    for (const char letter : option.help) {
      text += letter;
      if (letter == '\n') text.append(column, ' ');
    }
    while (text.ends_with(' ')) text.pop_back();
    text += '\n';
  }
  return text.append(profile_help);
}

}  // namespace turn_load
