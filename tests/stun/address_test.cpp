#include "stun/address.h"

#include <catch2/catch.hpp>
#include <unordered_set>

using stun::IpAddress;
using stun::TransportAddress;

TEST_CASE("an IP address reads and prints as RFC 5952 wants", "[stun][rfc5952]") {
  const auto canonical = [](std::string_view text) {
    const auto ip = IpAddress::parse(text);
    return ip ? ip->to_string() : "refused";
  };
  CHECK(canonical("192.0.2.1") == "192.0.2.1");
  CHECK(canonical("0.0.0.0") == "0.0.0.0");
  CHECK(canonical("2001:DB8:0:0:0:0:0:1") == "2001:db8::1");
  CHECK(canonical("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");
  CHECK(canonical("::ffff:192.0.2.1") == "::ffff:192.0.2.1");
  CHECK(canonical("::") == "::");
}

TEST_CASE("text that is not exactly an IP address is refused", "[stun]") {
  const auto text = GENERATE(as<std::string>(), "", "192.0.2", "192.0.2.256", "192.0.2.01",
                             "192.0.2.1 ", " 192.0.2.1", "192.0.2.1:80", "[::1]", "::1%lo",
                             "fe80::1%eth0", "1::2::3", "12345::", "localhost", "0x7f000001",
                             "2130706433", std::string("192.0.2.1\0x", 11), std::string(100, '1'));
  CAPTURE(text);
  CHECK_FALSE(IpAddress::parse(text));
}

TEST_CASE("a transport address has brackets exactly when it is IPv6", "[stun]") {
  const auto v4 = TransportAddress::parse("192.0.2.1:3478");
  REQUIRE(v4);
  CHECK(v4->ip == IpAddress::v4({192, 0, 2, 1}));
  CHECK(v4->port == 3478);
  CHECK(v4->to_string() == "192.0.2.1:3478");

  const auto v6 = TransportAddress::parse("[2001:db8::1]:65535");
  REQUIRE(v6);
  CHECK_FALSE(v6->ip.is_v4());
  CHECK(v6->port == 65535);
  CHECK(v6->to_string() == "[2001:db8::1]:65535");

  const auto text =
      GENERATE(as<std::string>(), "", ":", "192.0.2.1", "192.0.2.1:", ":3478", "192.0.2.1:65536",
               "192.0.2.1:+1", "192.0.2.1:-1", "192.0.2.1:1x", "192.0.2.1: 1", "[192.0.2.1]:1",
               "2001:db8::1:3478", "[2001:db8::1]", "[2001:db8::1]3478", "[]:1", "[:1", "[::1:1");
  CAPTURE(text);
  CHECK_FALSE(TransportAddress::parse(text));
}

TEST_CASE("IPv4 comes before IPv6, and each is ordered by its number", "[stun]") {
  const auto ip = [](std::string_view text) { return *IpAddress::parse(text); };
  CHECK(ip("9.255.255.255") < ip("10.0.0.0"));
  CHECK(ip("127.0.0.1") < ip("128.0.0.0"));
  CHECK(ip("255.255.255.255") < ip("::"));
  CHECK(ip("2001:db8::ff") < ip("2001:db8::100"));
  CHECK(ip("7f00::") < ip("8000::"));
}

TEST_CASE("an IPv4 address is no IPv6 address with the same bytes", "[stun]") {
  const auto v4 = *IpAddress::parse("192.0.2.1");
  CHECK(v4 != *IpAddress::parse("::192.0.2.1"));
  CHECK(v4 != *IpAddress::parse("::ffff:192.0.2.1"));
  CHECK(v4.bytes().size() == 4);
  CHECK(IpAddress::parse("::192.0.2.1")->bytes().size() == 16);
  CHECK(IpAddress().is_unspecified());
  CHECK(IpAddress::parse("::")->is_unspecified());
  CHECK_FALSE(v4.is_unspecified());
}

TEST_CASE("neighbouring addresses and ports hash apart", "[stun]") {
  std::unordered_set<std::size_t> hashes;
  for (std::uint8_t host = 0; host < 64; ++host) {
    for (std::uint16_t port = 50000; port < 50064; ++port) {
      hashes.insert(stun::AddressHash{}(TransportAddress{IpAddress::v4({10, 0, 0, host}), port}));
    }
  }
  CHECK(hashes.size() == 64 * 64);
}
