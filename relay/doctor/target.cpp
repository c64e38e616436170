#include "relay/doctor/target.h"

#include <fmt/format.h>

#include <charconv>

namespace relay::doctor {
namespace {

using turn::Transport;

std::unexpected<std::string> refuse(std::string_view text, std::string_view why) {
  return std::unexpected(fmt::format(
      "\"{}\": {}; write turn:HOST:PORT?transport=udp, turns:HOST, HOST or HOST:PORT", text, why));
}

struct Authority {
  std::string host;
  std::optional<std::uint16_t> port;
};

/// `host`, `host:port`, `[v6]`, `[v6]:port`, or an IPv6 address alone.
std::optional<Authority> parse_authority(std::string_view text) {
  std::string_view host = text, port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    has_port = end + 1 < text.size();
    if (has_port && text[end + 1] != ':') return std::nullopt;
    if (has_port) port = text.substr(end + 2);
  } else if (const std::size_t colon = text.find(':');
             colon != std::string_view::npos && text.find(':', colon + 1) == text.npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }
  if (host.empty() || host.find_first_of("/@?# ") != host.npos) return std::nullopt;
  if (!has_port) return Authority{std::string(host), std::nullopt};
  std::uint16_t number = 0;
  const char* const end = port.data() + port.size();
  const auto read = std::from_chars(port.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || number == 0) return std::nullopt;
  return Authority{std::string(host), number};
}

}  // namespace

std::expected<Target, std::string> parse_target(std::string_view text) {
  std::string_view rest = text;
  std::string_view scheme;
  for (const std::string_view known : {"turn:", "turns:", "stun:", "stuns:"}) {
    if (rest.starts_with(known)) scheme = known;
  }
  rest.remove_prefix(scheme.size());
  const std::size_t question = rest.find('?');
  const std::string_view query = question == rest.npos ? "" : rest.substr(question + 1);
  const auto authority = parse_authority(rest.substr(0, question));
  if (!authority) return refuse(text, "that is no host and port");
  if (!query.empty() && query != "transport=udp" && query != "transport=tcp") {
    return refuse(text, "behind ? stands transport=udp or transport=tcp");
  }
  const bool is_secure = scheme == "turns:" || scheme == "stuns:";

  Target target{.host = authority->host, .ways = {}};
  const std::uint16_t plain = authority->port.value_or(3478);
  if (is_secure) {
    const bool is_dtls = query == "transport=udp";
    target.ways = {{is_dtls ? Transport::dtls : Transport::tls, authority->port.value_or(5349)}};
  } else if (!query.empty()) {
    target.ways = {{query.ends_with("udp") ? Transport::udp : Transport::tcp, plain}};
  } else {
    target.ways = {{Transport::udp, plain}, {Transport::tcp, plain}};
    if (!authority->port) target.ways.push_back({Transport::tls, 5349});
  }
  return target;
}

}  // namespace relay::doctor
