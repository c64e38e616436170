#include "tools/turn_load/option_table.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace turn_load {
namespace {

constexpr std::string_view wants_number = "a number from {} to {}";

template <typename Number>
OptionError read_number(Number& into, std::string_view text, std::type_identity_t<Number> least,
                        std::type_identity_t<Number> most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= least) ||
      !(value <= most)) {
    return fmt::format(fmt::runtime(wants_number), least, most);
  }
  into = value;
  return std::nullopt;
}

/// Calls `read` for each part between commas.
template <typename Read>
OptionError read_list(std::string_view text, Read read) {
  while (true) {
    const auto comma = text.find(',');
    if (auto error = read(text.substr(0, comma))) return error;
    if (comma == text.npos) return std::nullopt;
    text.remove_prefix(comma + 1);
  }
}

template <auto Member>
OptionError set_text(Options& options, std::string_view value) {
  options.*Member = value;
  return std::nullopt;
}

template <auto Member>
OptionError set_flag(Options& options, std::string_view) {
  options.*Member = true;
  return std::nullopt;
}

template <auto Member>
OptionError add_addresses(Options& options, std::string_view value) {
  return read_list(value, [&](std::string_view text) -> OptionError {
    const auto ip = stun::IpAddress::parse(text);
    if (!ip) return "an IP address, no name";
    (options.*Member).push_back(*ip);
    return std::nullopt;
  });
}

OptionError set_transport(Options& options, std::string_view value) {
  for (const Transport transport : {Transport::udp, Transport::tcp, Transport::tls}) {
    if (value != to_string(transport)) continue;
    options.transport = transport;
    return std::nullopt;
  }
  return "udp, tcp or tls";
}

OptionError set_port(Options& options, std::string_view value) {
  return read_number(options.port, value, 1, 65535);
}

OptionError set_calls(Options& options, std::string_view value) {
  options.calls.clear();
  return read_list(value, [&](std::string_view text) {
    return read_number(options.calls.emplace_back(), text, 1, max_calls);
  });
}

OptionError set_rate(Options& options, std::string_view value) {
  return read_number(options.rate, value, 1, max_rate);
}

OptionError set_seconds(Options& options, std::string_view value) {
  std::int64_t seconds = 0;
  const auto error = read_number(seconds, value, 1, max_seconds.count());
  options.seconds = std::chrono::seconds(seconds);
  return error;
}

OptionError set_max_loss(Options& options, std::string_view value) {
  double percent = 0;
  const auto error = read_number(percent, value, 0, 50);
  options.max_loss = percent / 100;
  return error;
}

OptionError set_max_p99(Options& options, std::string_view value) {
  double milliseconds = 0;
  const auto error = read_number(milliseconds, value, 0.1, 10000);
  options.max_p99 = std::chrono::microseconds(static_cast<std::int64_t>(milliseconds * 1000));
  return error;
}

OptionError set_peers(Options& options, std::string_view value) {
  return read_number(options.peers, value, 1, max_peers);
}

OptionError set_threads(Options& options, std::string_view value) {
  return read_number(options.threads, value, 1, max_threads);
}

OptionError add_server_pids(Options& options, std::string_view value) {
  return read_list(value, [&](std::string_view text) {
    return read_number(options.server_pids.emplace_back(), text, 1, 1 << 22);
  });
}

constexpr std::array table{
    Option{"--server", "HOST", "the TURN server: a name or an IP address",
           set_text<&Options::server>},
    Option{"--port", "PORT", "its port (3478; with --transport tls 5349)", set_port},
    Option{"--user", "NAME", "long-term credentials", set_text<&Options::user>},
    Option{"--password", "TEXT", "", set_text<&Options::password>},
    Option{"--transport", "KIND", "udp, tcp or tls between client and server (udp)", set_transport},
    Option{"--ca", "FILE", "certificates to trust instead of the system's",
           set_text<&Options::ca_file>},
    Option{"--insecure", "", "accept any certificate", set_flag<&Options::insecure>},
    Option{"--profile", "NAME", "audio, video, mixed, or a YAML file, see below (audio)",
           set_text<&Options::profile>},
    Option{"--calls", "N[,N...]",
           "calls at a time, a step for each number (10); with\n"
           "--find-capacity where the search begins",
           set_calls},
    Option{"--rate", "PPS",
           "packets a second over all calls, both directions together\n"
           "(as the profile says)",
           set_rate},
    Option{"--seconds", "N", "how long a step takes (10; at most 3600)", set_seconds},
    Option{"--find-capacity", "", "search for the most calls within the two bounds below",
           set_flag<&Options::find_capacity>},
    Option{"--max-loss", "PERCENT", "(0.1)", set_max_loss},
    Option{"--max-p99", "MS", "bound on the 99th percentile of the latency (50)", set_max_p99},
    Option{"--bind-ip", "IP[,IP...]", "addresses of the clients, in turn (as routed)",
           add_addresses<&Options::bind_ips>},
    Option{"--peer-ip", "IP",
           "address of the peers, which live in this process (the one\n"
           "that reaches the server)",
           add_addresses<&Options::peer_ip>},
    Option{"--peers", "N", "peer sockets that the calls share (64)", set_peers},
    Option{"--threads", "N", "of this program (half of the CPUs, at most 4)", set_threads},
    Option{"--server-pid", "PID[,PID...]",
           "the server's processes, when they run on this host: their\n"
           "CPU time is measured",
           add_server_pids},
    Option{"--json", "", "the result as one line of JSON on stdout", set_flag<&Options::json>},
    Option{"--report", "FILE", "the result as one HTML page with plots",
           set_text<&Options::report>},
    Option{"--i-own-this-server", "",
           "needed for a public address: a load test of somebody else's\n"
           "server is an attack",
           set_flag<&Options::i_own_this_server>},
    Option{"--version", "", "", set_flag<&Options::version>},
    Option{"--help", "", "", set_flag<&Options::help>},
};

}  // namespace

std::span<const Option> option_table() { return table; }

}  // namespace turn_load
