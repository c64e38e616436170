// A range of ports of 127.0.0.1 that no other program has, for a test that fills one.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>

#include "relay/net/datagram_socket.h"

namespace relay::test {

/// The first port of `size` free ones.
inline std::uint16_t find_free_ports(std::uint16_t size) {
  const auto loopback = stun::IpAddress::parse("127.0.0.1").value();
  for (std::uint16_t first = 40'000; first < 60'000;
       first = static_cast<std::uint16_t>(first + size)) {
    bool free = true;
    for (std::uint16_t i = 0; i < size && free; ++i) {
      const auto port = static_cast<std::uint16_t>(first + i);
      free = net::DatagramSocket::open({.address = {loopback, port}}).has_value();
    }
    if (free) return first;
  }
  FAIL("no free ports");
  return 0;
}

}  // namespace relay::test
