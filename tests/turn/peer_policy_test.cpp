#include "turn/peer_policy.h"

#include <catch2/catch.hpp>

#include <random>

namespace turn {
namespace {

IpAddress ip(std::string_view text) {
  INFO(text);
  const auto parsed = IpAddress::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

AddressRange range(std::string_view text) {
  const auto parsed = AddressRange::parse(text);
  INFO((parsed ? "" : parsed.error()));
  REQUIRE(parsed);
  return *parsed;
}

TransportAddress at(std::string_view text) {
  const auto parsed = TransportAddress::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

/// The same IPv4 address in every IPv6 form that carries it.
std::vector<IpAddress> disguises(const IpAddress& v4) {
  const auto b = v4.bytes();
  const auto inverted = [&](std::size_t i) { return static_cast<std::uint8_t>(~b[i]); };
  std::vector<IpAddress> forms{
      IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, b[0], b[1], b[2], b[3]}),
      IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, b[0], b[1], b[2], b[3]}),
      IpAddress::v6({0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, b[0], b[1], b[2], b[3]}),
      IpAddress::v6({0, 0x64, 0xff, 0x9b, 0, 1, 0, 0, 0, 0, 0, 0, b[0], b[1], b[2], b[3]}),
      IpAddress::v6({0, 0x64, 0xff, 0x9b, 0, 1, b[0], b[1], 0, b[2], b[3], 0, 0, 0, 0, 0}),
      IpAddress::v6({0, 0x64, 0xff, 0x9b, 0, 1, 0, b[0], 0, b[1], b[2], b[3], 0, 0, 0, 0}),
      IpAddress::v6({0, 0x64, 0xff, 0x9b, 0, 1, 0, 0, 0, b[0], b[1], b[2], b[3], 0, 0, 0}),
      IpAddress::v6({0x20, 0x02, b[0], b[1], b[2], b[3], 0, 1, 0, 0, 0, 0, 0, 0, 0, 9}),
      // Teredo with the address as its server, then as its client.
      IpAddress::v6({0x20, 1, 0, 0, b[0], b[1], b[2], b[3], 0, 0, 0, 0, 0xf7, 0xf7, 0xf7, 0xf7}),
      IpAddress::v6({0x20, 1, 0, 0, 8, 8, 8, 8, 0, 0, 0, 0, inverted(0), inverted(1), inverted(2),
                     inverted(3)}),
      IpAddress::v6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0x5e, 0xfe, b[0], b[1], b[2], b[3]}),
      IpAddress::v6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 2, 0, 0x5e, 0xfe, b[0], b[1], b[2], b[3]}),
  };
  const bool spells_special = b[0] == 0 && b[1] == 0 && b[2] == 0 && b[3] <= 1;  // :: and ::1
  if (!spells_special) {
    forms.push_back(IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b[0], b[1], b[2], b[3]}));
  }
  return forms;
}

TEST_CASE("a range is an address, two of them or a network", "[turn][peer-policy]") {
  CHECK(range("10.0.0.1").first == ip("10.0.0.1"));
  CHECK(range("10.0.0.1").last == ip("10.0.0.1"));
  CHECK(range("10.0.0.1-10.0.1.255").last == ip("10.0.1.255"));
  CHECK(range("2001:db8::1-2001:db8::ff").last == ip("2001:db8::ff"));
  const auto [text, first, last] = GENERATE(table<std::string, std::string, std::string>({
      {"10.0.0.0/8", "10.0.0.0", "10.255.255.255"},
      {"10.1.2.3/8", "10.0.0.0", "10.255.255.255"},
      {"192.168.7.130/25", "192.168.7.128", "192.168.7.255"},
      {"10.1.2.3/32", "10.1.2.3", "10.1.2.3"},
      {"10.1.2.3/0", "0.0.0.0", "255.255.255.255"},
      {"2001:db8:1::9/33", "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"},
      {"::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"fe80::1/128", "fe80::1", "fe80::1"},
  }));
  CAPTURE(text);
  CHECK(range(text).first == ip(first));
  CHECK(range(text).last == ip(last));
}

TEST_CASE("a malformed range is named in a sentence", "[turn][peer-policy]") {
  const auto [text, why] = GENERATE(table<std::string, std::string>({
      {"", "is not an IP address, a range (a-b) or a network (a/bits)."},
      {"example.org", "is not an IP address, a range (a-b) or a network (a/bits)."},
      {"10.0.0.256", "is not an IP address, a range (a-b) or a network (a/bits)."},
      {"10.0.0.9-10.0.0.1", "runs backwards: its first address is above its last."},
      {"10.0.0.1-::1", "mixes IPv4 and IPv6."},
      {"10.0.0.1-", "does not end with an IP address."},
      {"-10.0.0.1", "does not start with an IP address."},
      {"10.0.0.1-10.0.0.2-10.0.0.3", "does not end with an IP address."},
      {"10.0.0.0/33", "has a prefix longer than the 32 bits of an IPv4 address."},
      {"::/129", "has a prefix longer than the 128 bits of an IPv6 address."},
      {"10.0.0.0/", "does not end with a prefix length, a number behind the slash."},
      {"10.0.0.0/8x", "does not end with a prefix length, a number behind the slash."},
      {"10.0.0.0/-8", "does not end with a prefix length, a number behind the slash."},
      {"10.0.0.0/99999999999999999999",
       "does not end with a prefix length, a number behind the slash."},
      {"x/8", "does not start with an IP address."},
      {"10.0.0.0/255.0.0.0", "does not end with a prefix length, a number behind the slash."},
  }));
  const auto parsed = AddressRange::parse(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error() == '"' + text + "\" " + why);
}

/// A random address with long runs of equal bits, so that range ends and probes come close.
IpAddress random_ip(std::mt19937& random, bool v4) {
  std::array<std::uint8_t, 16> b;
  for (auto& byte : b)
    byte = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : random() % 2);
  return v4 ? IpAddress::v4({b[0], b[1], b[2], b[3]}) : IpAddress::v6(b);
}

/// The comparison spelt out in the dullest way: as hexadecimal text of fixed width.
std::string digits(const IpAddress& address) {
  std::string text;
  for (const auto byte : address.bytes()) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

TEST_CASE("range membership agrees with comparing digits", "[turn][peer-policy]") {
  const auto seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 50'000; ++i) {
    const bool v4 = random() % 2 == 0;
    IpAddress first = random_ip(random, v4), last = random_ip(random, v4);
    if (last < first) std::swap(first, last);
    const AddressRange written = range(first.to_string() + '-' + last.to_string());
    const IpAddress probe = random_ip(random, random() % 8 == 0 ? !v4 : v4);
    const bool inside =
        probe.is_v4() == v4 && digits(first) <= digits(probe) && digits(probe) <= digits(last);
    if (written.contains(probe) == inside) continue;
    FAIL(first.to_string() << " - " << last.to_string() << " and " << probe.to_string());
  }
}

TEST_CASE("a network holds the addresses that share its leading bits", "[turn][peer-policy]") {
  const auto seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 50'000; ++i) {
    const bool v4 = random() % 2 == 0;
    const IpAddress network = random_ip(random, v4), probe = random_ip(random, v4);
    const std::size_t length = random() % (v4 ? 33 : 129);
    bool inside = true;
    for (std::size_t bit = 0; bit < length; ++bit) {
      const auto mask = static_cast<std::uint8_t>(0x80 >> bit % 8);
      inside = inside && ((network.bytes()[bit / 8] ^ probe.bytes()[bit / 8]) & mask) == 0;
    }
    const std::string text = network.to_string() + '/' + std::to_string(length);
    if (range(text).contains(probe) == inside) continue;
    FAIL(text << " and " << probe.to_string());
  }
}

TEST_CASE("some addresses are refused whatever the lists say", "[turn][peer-policy]") {
  const auto [text, denial] = GENERATE(table<std::string, Denial>({
      {"0.0.0.0", Denial::unspecified},
      {"0.1.2.3", Denial::unspecified},
      {"::", Denial::unspecified},
      {"127.0.0.1", Denial::loopback},
      {"127.255.255.255", Denial::loopback},
      {"::1", Denial::loopback},
      {"169.254.169.254", Denial::link_local},
      {"fe80::1", Denial::link_local},
      {"febf::1", Denial::link_local},
      {"fec0::1", Denial::link_local},
      {"feff::1", Denial::link_local},
      {"224.0.0.1", Denial::multicast},
      {"239.255.255.255", Denial::multicast},
      {"240.0.0.1", Denial::multicast},
      {"255.255.255.255", Denial::multicast},
      {"ff02::1", Denial::multicast},
  }));
  CAPTURE(text);
  const IpAddress peer = ip(text);
  const PeerPolicy plain({});
  const PeerPolicy generous(
      {.allow_private = true, .allowed = {range("0.0.0.0/0"), range("::/0")}});
  CHECK(plain.check(peer) == denial);
  CHECK(generous.check(peer) == denial);
  if (!peer.is_v4()) return;
  for (const IpAddress& disguise : disguises(peer)) {
    // A local NAT64 prefix reads 0.0.0.0/8 wherever a layout is not in use: not an address then.
    const bool is_padding =
        denial == Denial::unspecified && canonical(disguise) != peer && canonical(disguise).is_v4();
    if (is_padding) continue;
    CAPTURE(disguise.to_string());
    CHECK(generous.check(disguise) != Denial::none);
    CHECK(generous.check(TransportAddress{disguise, 80}) != Denial::none);
  }
}

TEST_CASE("their neighbours are ordinary addresses", "[turn][peer-policy]") {
  const std::string text =
      GENERATE("1.0.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0",
               "223.255.255.255", "::2:0:0:0:1", "fe00::1", "2001:db8::1", "2003::1", "64:ff9a::1");
  CAPTURE(text);
  CHECK(PeerPolicy({}).check(ip(text)) == Denial::none);
}

TEST_CASE("loopback and multicast are opened by their own switches only", "[turn][peer-policy]") {
  const PeerPolicy loopback({.allow_loopback = true});
  CHECK(loopback.check(ip("127.0.0.1")) == Denial::none);
  CHECK(loopback.check(ip("::1")) == Denial::none);
  CHECK(loopback.check(ip("::ffff:127.0.0.1")) == Denial::none);
  CHECK(loopback.check(ip("224.0.0.1")) == Denial::multicast);
  CHECK(loopback.check(ip("0.0.0.0")) == Denial::unspecified);
  const PeerPolicy multicast({.allow_multicast = true});
  CHECK(multicast.check(ip("224.0.0.1")) == Denial::none);
  CHECK(multicast.check(ip("ff02::1")) == Denial::none);
  CHECK(multicast.check(ip("127.0.0.1")) == Denial::loopback);
}

TEST_CASE("private ranges follow the relay's own address", "[turn][peer-policy]") {
  const std::string text =
      GENERATE("10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
               "192.168.255.255", "100.64.0.0", "100.127.255.255", "fc00::", "fdff::1");
  CAPTURE(text);
  const IpAddress peer = ip(text);
  CHECK(is_private(peer));
  const PeerPolicy on_public_relay({});
  const PeerPolicy on_private_relay({.allow_private = true});
  CHECK(on_public_relay.check(peer) == Denial::private_range);
  CHECK(on_private_relay.check(peer) == Denial::none);
  if (!peer.is_v4()) return;
  for (const IpAddress& disguise : disguises(peer)) {
    CAPTURE(disguise.to_string());
    CHECK(on_public_relay.check(disguise) != Denial::none);
  }
}

TEST_CASE("what lies beside a private range is public", "[turn][peer-policy]") {
  for (const auto text :
       {"9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
        "192.169.0.0", "100.63.255.255", "100.128.0.0", "fbff::1", "fe00::"}) {
    CAPTURE(text);
    CHECK_FALSE(is_private(ip(text)));
  }
}

TEST_CASE("a public address passes in every disguise", "[turn][peer-policy]") {
  const PeerPolicy policy({});
  for (const IpAddress& disguise : disguises(ip("203.0.113.9"))) {
    CAPTURE(disguise.to_string());
    CHECK(policy.check(disguise) == Denial::none);
  }
}

TEST_CASE("the canonical form is the IPv4 address inside", "[turn][peer-policy]") {
  for (const auto text : {"203.0.113.9", "::ffff:203.0.113.9", "::ffff:0:203.0.113.9",
                          "::203.0.113.9", "64:ff9b::203.0.113.9", "64:ff9b:1::203.0.113.9",
                          "2002:cb00:7109::1", "2002:cb00:7109:1:2:3:4:5"}) {
    CAPTURE(text);
    CHECK(canonical(ip(text)) == ip("203.0.113.9"));
  }
  for (const auto text : {"::", "::1", "2001:db8::1", "64:ff9b::1:0:0", "::1:0:0", "2001::1"}) {
    CAPTURE(text);
    CHECK(canonical(ip(text)) == ip(text));
  }
}

TEST_CASE("allowed beats denied and private", "[turn][peer-policy]") {
  const PeerPolicy policy({.allowed = {range("10.1.0.0/16"), range("198.51.100.7")},
                           .denied = {range("198.51.100.0/24"), range("10.0.0.0/8")}});
  CHECK(policy.check(ip("10.1.2.3")) == Denial::none);
  CHECK(policy.check(ip("::ffff:10.1.2.3")) == Denial::none);
  CHECK(policy.check(ip("10.2.2.3")) == Denial::listed);
  CHECK(policy.check(ip("192.168.1.1")) == Denial::private_range);
  CHECK(policy.check(ip("198.51.100.7")) == Denial::none);
  CHECK(policy.check(ip("198.51.100.8")) == Denial::listed);
  for (const IpAddress& disguise : disguises(ip("198.51.100.8"))) {
    CAPTURE(disguise.to_string());
    CHECK(policy.check(disguise) == Denial::listed);
  }
}

TEST_CASE("lists hold for IPv4 addresses written as IPv6", "[turn][peer-policy]") {
  SECTION("a denied mapped range denies the plain addresses") {
    const PeerPolicy policy({.denied = {range("::ffff:198.51.100.0/120")}});
    CHECK(policy.check(ip("198.51.100.8")) == Denial::listed);
    CHECK(policy.check(ip("198.51.101.8")) == Denial::none);
  }
  SECTION("a denied IPv6 range denies the disguises in it") {
    const PeerPolicy policy({.denied = {range("2002::/16"), range("64:ff9b::/96")}});
    CHECK(policy.check(ip("2002:cb00:7109::1")) == Denial::listed);
    CHECK(policy.check(ip("64:ff9b::203.0.113.9")) == Denial::listed);
    CHECK(policy.check(ip("203.0.113.9")) == Denial::none);
  }
  SECTION("allowing all of IPv6 allows no disguise of a private address") {
    const PeerPolicy policy({.allowed = {range("::/0")}});
    CHECK(policy.check(ip("fd00::1")) == Denial::none);
    for (const IpAddress& disguise : disguises(ip("10.0.0.1"))) {
      CAPTURE(disguise.to_string());
      CHECK(policy.check(disguise) == Denial::private_range);
    }
  }
}

PeerRules own_rules() {
  return {.own_listeners = {at("0.0.0.0:3478"), at("192.0.2.1:8099"), at("127.0.0.1:6379")},
          .own_addresses = {ip("192.0.2.1"), ip("10.0.0.5"), ip("203.0.113.5"), ip("2001:db8::5")},
          .own_relay_addresses = {ip("10.0.0.5"), ip("203.0.113.5")},
          .relay_port_open = [](const TransportAddress& relay) { return relay.port == 50000; }};
}

TEST_CASE("our own relays can be reached at their ports", "[turn][peer-policy]") {
  const PeerPolicy policy(own_rules());
  CHECK(policy.check(ip("10.0.0.5")) == Denial::none);  // private, but ours
  CHECK(policy.check(at("10.0.0.5:50000")) == Denial::none);
  CHECK(policy.check(at("10.0.0.5:50001")) == Denial::private_range);
  CHECK(policy.check(at("203.0.113.5:50000")) == Denial::none);
  CHECK(policy.check(at("203.0.113.5:50001")) == Denial::none);  // a neighbour on the same host
  CHECK(policy.check(at("[::ffff:10.0.0.5]:50000")) == Denial::none);
  CHECK(policy.depends_on_port(ip("10.0.0.5")));
  CHECK(policy.depends_on_port(ip("2002:a00:5::")));
  CHECK_FALSE(policy.depends_on_port(ip("198.51.100.1")));
}

TEST_CASE("our own listeners can never be reached", "[turn][peer-policy]") {
  PeerRules rules = own_rules();
  rules.allow_loopback = true;
  rules.allow_private = true;
  rules.allowed = {range("0.0.0.0/0"), range("::/0")};
  rules.relay_port_open = [](const TransportAddress&) { return true; };
  const PeerPolicy policy(rules);

  SECTION("at an unspecified address they are on every own address") {
    for (const auto text : {"192.0.2.1:3478", "10.0.0.5:3478", "203.0.113.5:3478",
                            "[2001:db8::5]:3478", "127.0.0.1:3478", "127.9.9.9:3478", "[::1]:3478",
                            "[::ffff:192.0.2.1]:3478", "[2002:c000:201::]:3478"}) {
      CAPTURE(text);
      CHECK(policy.check(at(text)) == Denial::own_listener);
      CHECK(policy.depends_on_port(at(text).ip));
    }
    CHECK(policy.check(at("198.51.100.1:3478")) == Denial::none);
  }
  SECTION("at one address they are on that one") {
    CHECK(policy.check(at("192.0.2.1:8099")) == Denial::own_listener);
    CHECK(policy.check(at("10.0.0.5:8099")) == Denial::none);
    CHECK(policy.check(at("127.0.0.1:6379")) == Denial::own_listener);
  }
}

TEST_CASE("without rules about ourselves only loopback depends on the port",
          "[turn][peer-policy]") {
  const PeerPolicy policy({});
  CHECK(policy.depends_on_port(ip("127.0.0.1")));
  CHECK_FALSE(policy.depends_on_port(ip("203.0.113.5")));
  CHECK(policy.check(at("203.0.113.5:3478")) == Denial::none);
}

}  // namespace
}  // namespace turn
