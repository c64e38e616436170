#include "relay/net/socket_address.h"

#include <array>
#include <cstring>

#include "stun/byte_order.h"

namespace relay::net {
namespace {

/// sin_port and sin6_port hold two bytes in network order.
in_port_t network_port(std::uint16_t port) {
  std::array<std::byte, 2> bytes;
  stun::store_u16(bytes, 0, port);
  return std::bit_cast<in_port_t>(bytes);
}

std::uint16_t host_port(in_port_t port) {
  return stun::load_u16(std::bit_cast<std::array<std::byte, 2>>(port), 0);
}

}  // namespace

SocketAddress::SocketAddress(const stun::TransportAddress& address) {
  if (address.ip.is_v4()) {
    storage_.v4 = {};
    storage_.v4.sin_family = AF_INET;
    storage_.v4.sin_port = network_port(address.port);
    storage_.v4.sin_addr = to_in_addr(address.ip);
  } else {
    storage_.v6.sin6_family = AF_INET6;
    storage_.v6.sin6_port = network_port(address.port);
    storage_.v6.sin6_addr = to_in6_addr(address.ip);
  }
}

stun::TransportAddress SocketAddress::decode() const {
  switch (storage_.any.sa_family) {
    case AF_INET:
      return {ip_address(storage_.v4.sin_addr), host_port(storage_.v4.sin_port)};
    case AF_INET6:
      return {ip_address(storage_.v6.sin6_addr), host_port(storage_.v6.sin6_port)};
    default:
      return {};
  }
}

stun::IpAddress ip_address(const in_addr& address) {
  return stun::IpAddress::v4(std::bit_cast<std::array<std::uint8_t, 4>>(address));
}

stun::IpAddress ip_address(const in6_addr& address) {
  return stun::IpAddress::v6(std::bit_cast<std::array<std::uint8_t, 16>>(address));
}

in_addr to_in_addr(const stun::IpAddress& ip) {
  in_addr address{};
  std::memcpy(&address, ip.bytes().data(), sizeof address);
  return address;
}

in6_addr to_in6_addr(const stun::IpAddress& ip) {
  in6_addr address{};
  std::memcpy(&address, ip.bytes().data(), sizeof address);
  return address;
}

stun::TransportAddress local_address(int fd) {
  SocketAddress address;
  socklen_t size = SocketAddress::capacity;
  if (::getsockname(fd, address.data(), &size) != 0) return {};
  return address.decode();
}

}  // namespace relay::net
