// Values that name a server: an address, perhaps a port, perhaps the name in its certificate.
#include <fmt/format.h>

#include "relay/options/values.h"

namespace relay::options {
namespace {

std::unexpected<ValueError> wrong(std::string_view text, std::size_t at, std::string_view form) {
  return std::unexpected(
      ValueError{fmt::format("\"{}\" is not the address of a server; write {}", text, form), at});
}

bool is_host_name(std::string_view name) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
  return !name.empty() && name.size() <= 253 &&
         name.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

Result<stun::TransportAddress> listener_address(std::string_view text) {
  constexpr std::string_view form = "IP:PORT such as 192.0.2.1:3480 or [2001:db8::1]:3480";
  const auto address = stun::TransportAddress::parse(text);
  if (!address) return wrong(text, 0, form);
  if (address->port == 0) return wrong(text, text.rfind(':') + 1, form);
  return *address;
}

Result<turn::AlternateServer> alternate_server(std::string_view text, std::uint16_t usual_port) {
  constexpr std::string_view form =
      "IP, IP:PORT or [IP]:PORT, behind it /NAME if its certificate has another name than ours";
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view where = text.substr(0, slash);
  turn::AlternateServer server;
  if (slash < text.size()) server.domain = text.substr(slash + 1);
  if (slash < text.size() && !is_host_name(server.domain)) return wrong(text, slash + 1, form);
  if (const auto address = stun::TransportAddress::parse(where)) {
    server.address = *address;
  } else if (const auto ip = ip_address(where)) {
    server.address = {*ip, usual_port};
  } else {
    return wrong(text, 0, form);
  }
  if (server.address.port == 0) return wrong(text, where.rfind(':') + 1, form);
  if (server.address.ip.is_unspecified()) return wrong(text, 0, form);
  return server;
}

}  // namespace relay::options
