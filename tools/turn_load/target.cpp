#include "tools/turn_load/target.h"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "relay/net/file_descriptor.h"
#include "relay/net/socket_address.h"
#include "turn/peer_policy.h"

namespace turn_load {
namespace {

using relay::net::FileDescriptor;
using relay::net::SocketAddress;
using stun::IpAddress;

/// Loopback, link-local (RFC 3927, RFC 4291), documentation (RFC 5737, RFC 3849) and benchmark
/// (RFC 2544) networks; the private ones turn::is_private knows.
constexpr std::array not_routed{
    "0.0.0.0/8",       "127.0.0.0/8",    "169.254.0.0/16", "192.0.2.0/24",
    "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15",  "::1",
    "fe80::/10",       "2001:db8::/32"};

/// Nothing for anything but IPv4 and IPv6.
std::optional<IpAddress> decode(const sockaddr* from) {
  if (from == nullptr) return std::nullopt;
  if (from->sa_family != AF_INET && from->sa_family != AF_INET6) return std::nullopt;
  SocketAddress address;
  std::memcpy(address.data(), from,
              from->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
  return address.decode().ip;
}

FileDescriptor datagram_socket(const IpAddress& ip) {
  const int family = relay::net::address_family(ip.family());
  return FileDescriptor(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

}  // namespace

bool is_public(const IpAddress& disguised) {
  const IpAddress ip = turn::canonical(disguised);
  if (turn::is_private(ip)) return false;
  return std::ranges::none_of(not_routed, [&](const char* network) {
    const auto range = turn::AddressRange::parse(network);
    assert(range);
    return range->contains(ip);
  });
}

/// Binding a socket to it would prove nothing: a host may be set to bind addresses of others.
bool is_of_this_host(const IpAddress& ip) {
  ifaddrs* found = nullptr;
  if (::getifaddrs(&found) != 0) return false;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(found, ::freeifaddrs);
  for (const ifaddrs* entry = found; entry != nullptr; entry = entry->ifa_next) {
    const auto address = decode(entry->ifa_addr);
    if (address == ip) return true;
  }
  return false;
}

std::expected<std::vector<IpAddress>, std::string> resolve(const std::string& host) {
  if (const auto ip = IpAddress::parse(host)) return std::vector{*ip};
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    return std::unexpected(fmt::format("{} has no address: {}", host, ::gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  std::vector<IpAddress> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (const auto ip = decode(entry->ai_addr)) addresses.push_back(*ip);
  }
  if (addresses.empty()) return std::unexpected(fmt::format("{} has no address", host));
  return addresses;
}

std::string refusal_of(const IpAddress& ip, bool owned) {
  if (owned || !is_public(ip) || is_of_this_host(ip)) return {};
  return fmt::format(
      "{} is a public address: a load test of a server that is not yours is an attack on it. "
      "If it is yours, say so with --i-own-this-server",
      ip.to_string());
}

std::expected<IpAddress, std::string> local_address_towards(const IpAddress& ip) {
  const FileDescriptor probe = datagram_socket(ip);
  const SocketAddress address(stun::TransportAddress{ip, 9});
  if (::connect(probe.number(), address.data(), address.size()) != 0) {
    return std::unexpected(
        fmt::format("no way to {} from this host: {}", ip.to_string(), std::strerror(errno)));
  }
  return relay::net::local_address(probe.number()).ip;
}

}  // namespace turn_load
