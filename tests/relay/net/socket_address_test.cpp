#include "relay/net/socket_address.h"

#include <catch2/catch.hpp>
#include <cstring>

using relay::net::SocketAddress;
using stun::TransportAddress;

TEST_CASE("an address survives the way to the socket calls and back", "[relay]") {
  for (const char* text :
       {"0.0.0.0:0", "192.0.2.1:3478", "255.255.255.255:65535", "[::]:1", "[2001:db8::1]:49152"}) {
    const auto address = TransportAddress::parse(text).value();
    CHECK(SocketAddress(address).decode() == address);
  }
}

TEST_CASE("ports and addresses are in network order", "[relay]") {
  const SocketAddress v4(TransportAddress::parse("192.0.2.1:3478").value());
  sockaddr_in raw{};
  REQUIRE(v4.size() == sizeof raw);
  std::memcpy(&raw, v4.data(), sizeof raw);
  CHECK(raw.sin_family == AF_INET);
  CHECK(raw.sin_port == htons(3478));
  CHECK(raw.sin_addr.s_addr == htonl(0xc0000201));

  const SocketAddress v6(TransportAddress::parse("[2001:db8::1]:3478").value());
  sockaddr_in6 raw6{};
  REQUIRE(v6.size() == sizeof raw6);
  std::memcpy(&raw6, v6.data(), sizeof raw6);
  CHECK(raw6.sin6_family == AF_INET6);
  CHECK(raw6.sin6_port == htons(3478));
  CHECK(raw6.sin6_addr.s6_addr[1] == 0x01);
  CHECK(raw6.sin6_addr.s6_addr[15] == 0x01);
}

TEST_CASE("an address of another family is nobody's", "[relay]") {
  SocketAddress address;
  address.data()->sa_family = AF_UNIX;
  CHECK(address.decode() == TransportAddress{});
}
