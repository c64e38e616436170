#include "tools/turn_load/target.h"

#include <catch2/catch.hpp>

namespace turn_load {
namespace {

using stun::IpAddress;

TEST_CASE("addresses that nobody else can have need no word of ownership", "[turn_load]") {
  for (const char* text :
       {"127.0.0.1", "127.9.9.9", "10.1.2.3", "172.31.255.255", "192.168.1.1", "169.254.1.1",
        "100.64.0.1", "198.51.100.7", "203.0.113.9", "192.0.2.1", "198.18.0.1", "::1", "fe80::1",
        "fd00::1", "2001:db8::1", "::ffff:10.0.0.1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_public(*IpAddress::parse(text)));
    CHECK(refusal_of(*IpAddress::parse(text), false).empty());
  }
}

TEST_CASE("a public address is refused unless it is owned", "[turn_load]") {
  // None of them is contacted.
  for (const char* text : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "198.20.0.1", "2606:4700::1",
                           "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
    CAPTURE(text);
    const auto ip = IpAddress::parse(text);
    REQUIRE(ip);
    CHECK(is_public(*ip));
    CHECK_THAT(refusal_of(*ip, false), Catch::Matchers::Contains("--i-own-this-server"));
    CHECK(refusal_of(*ip, true).empty());
  }
}

TEST_CASE("an address is its own resolution, loopback is of this host", "[turn_load]") {
  CHECK(resolve("127.0.0.1").value() == std::vector{*IpAddress::parse("127.0.0.1")});
  CHECK(is_of_this_host(*IpAddress::parse("127.0.0.1")));
  CHECK_FALSE(is_of_this_host(*IpAddress::parse("203.0.113.77")));
  CHECK(local_address_towards(*IpAddress::parse("127.0.0.1")) == *IpAddress::parse("127.0.0.1"));
}

}  // namespace
}  // namespace turn_load
