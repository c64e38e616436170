#include "stun/address.h"

#include <arpa/inet.h>

#include <charconv>

namespace stun {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.contains('\0')) return std::nullopt;
  text.copy(terminated.data(), text.size());

  if (std::array<std::uint8_t, 4> four{}; inet_pton(AF_INET, terminated.data(), &four) == 1) {
    return v4(four);
  }
  if (std::array<std::uint8_t, 16> sixteen{};
      inet_pton(AF_INET6, terminated.data(), &sixteen) == 1) {
    return v6(sixteen);
  }
  return std::nullopt;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes().data(), text.data(), text.size());
  return text.data();
}

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

std::optional<TransportAddress> TransportAddress::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);

  const auto ip = IpAddress::parse(host);
  const auto port = parse_port(text.substr(colon + 1));
  // Brackets belong to IPv6 alone, and it cannot do without: the last group would be the port.
  if (!ip || !port || bracketed == ip->is_v4()) return std::nullopt;
  return TransportAddress{*ip, *port};
}

std::string TransportAddress::to_string() const {
  const std::string host = ip.is_v4() ? ip.to_string() : '[' + ip.to_string() + ']';
  return host + ':' + std::to_string(port);
}

}  // namespace stun
