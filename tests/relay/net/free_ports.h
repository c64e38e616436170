// A range of ports of 127.0.0.1 that no other program has, for a test that fills one.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdint>

#include "relay/net/datagram_socket.h"
#include "relay/net/tcp_listener.h"

namespace relay::test {

/// Of UDP and TCP.
inline bool is_free_port(std::uint16_t port) {
  const stun::TransportAddress at{stun::IpAddress::parse("127.0.0.1").value(), port};
  return net::DatagramSocket::open({.address = at}) && net::bind_tcp({.address = at, .device = {}});
}

/// The first port of `size` free ones, below those that the kernel gives to clients. Programs that
/// look at the same time begin at different places.
inline std::uint16_t find_free_ports(std::uint16_t size) {
  constexpr std::uint32_t lowest = 10'000, highest = 32'000;
  const std::uint32_t begin = static_cast<std::uint32_t>(::getpid()) * 97;
  for (std::uint32_t tried = 0; tried < highest - lowest; tried += size) {
    const auto first =
        static_cast<std::uint16_t>(lowest + (begin + tried) % (highest - lowest - size));
    std::uint16_t free = 0;
    while (free < size && is_free_port(static_cast<std::uint16_t>(first + free))) ++free;
    if (free == size) return first;
  }
  FAIL("no free ports");
  return 0;
}

}  // namespace relay::test
