#include "turn/peer_policy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace turn {
namespace {

/// Four bytes of an IPv6 address as the IPv4 address that they spell.
IpAddress ipv4_at(const IpAddress& ip, std::array<std::size_t, 4> at) {
  const auto bytes = ip.bytes();
  return IpAddress::v4({bytes[at[0]], bytes[at[1]], bytes[at[2]], bytes[at[3]]});
}

constexpr std::array<std::size_t, 4> after_16_bits{2, 3, 4, 5};
constexpr std::array<std::size_t, 4> after_32_bits{4, 5, 6, 7};
constexpr std::array<std::size_t, 4> last_32_bits{12, 13, 14, 15};

bool starts_with(const IpAddress& ip, std::initializer_list<std::uint8_t> prefix) {
  return std::ranges::equal(ip.bytes().first(prefix.size()), prefix);
}

bool in_ipv4(const IpAddress& ip, std::array<std::uint8_t, 4> network, unsigned prefix_length) {
  std::uint32_t difference = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    difference = difference << 8 | static_cast<std::uint8_t>(ip.bytes()[i] ^ network[i]);
  }
  return ip.is_v4() && difference >> (32 - prefix_length) == 0;
}

bool in_ipv6(const IpAddress& ip, std::uint16_t network, unsigned prefix_length) {
  const unsigned head = static_cast<unsigned>(ip.bytes()[0] << 8 | ip.bytes()[1]);
  return !ip.is_v4() && (head ^ network) >> (16 - prefix_length) == 0;
}

bool is_unspecified(const IpAddress& ip) {
  return in_ipv4(ip, {0, 0, 0, 0}, 8) || ip.is_unspecified();
}

bool is_loopback(const IpAddress& ip) {
  static constexpr IpAddress one = IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  return in_ipv4(ip, {127, 0, 0, 0}, 8) || ip == one;
}

bool is_link_local(const IpAddress& ip) {
  return in_ipv4(ip, {169, 254, 0, 0}, 16) || in_ipv6(ip, 0xfe80, 10) || in_ipv6(ip, 0xfec0, 10);
}

/// Broadcast and the reserved 240.0.0.0/4 around it too: nobody in particular is there.
bool is_multicast(const IpAddress& ip) {
  return in_ipv4(ip, {224, 0, 0, 0}, 3) || in_ipv6(ip, 0xff00, 8);
}

/// Every address that a packet to `ip` may end at: its canonical form, and where a prefix leaves
/// open which IPv4 address is meant, all of the candidates.
class Forms {
 public:
  explicit Forms(const IpAddress& ip) {
    add(canonical(ip));
    if (ip.is_v4()) return;
    if (starts_with(ip, {0x20, 0x01, 0, 0})) add_teredo(ip);
    if (starts_with(ip, {0, 0x64, 0xff, 0x9b, 0, 1})) add_local_nat64(ip);
    if ((ip.bytes()[8] & 0xfd) == 0 && ip.bytes()[9] == 0 && ip.bytes()[10] == 0x5e &&
        ip.bytes()[11] == 0xfe) {
      add(ipv4_at(ip, last_32_bits));  // ISATAP: the interface identifier tells the tunnel's end.
    }
  }
  const IpAddress* begin() const { return forms_.data(); }
  const IpAddress* end() const { return forms_.data() + size_; }

 private:
  void add(const IpAddress& ip) { forms_[size_++] = ip; }

  /// RFC 4380 4: the tunnel's server as it is, the client's address with every bit inverted.
  void add_teredo(const IpAddress& ip) {
    add(ipv4_at(ip, after_32_bits));
    std::array<std::uint8_t, 4> client{};
    std::ranges::transform(ip.bytes().subspan(12), client.begin(),
                           [](std::uint8_t byte) { return static_cast<std::uint8_t>(~byte); });
    add(IpAddress::v4(client));
  }

  /// RFC 8215: the translator's prefix length is a local choice, RFC 6052 2.2 lists the layouts.
  /// What a layout that is not in use reads is mostly zeros, which must not refuse the address.
  void add_local_nat64(const IpAddress& ip) {
    static constexpr std::array<std::array<std::size_t, 4>, 3> layouts{
        {{6, 7, 9, 10}, {7, 9, 10, 11}, {9, 10, 11, 12}}};
    for (const auto& layout : layouts) {
      const IpAddress candidate = ipv4_at(ip, layout);
      if (!is_unspecified(candidate)) add(candidate);
    }
    // The canonical form is the /96 layout; behind another one it reads zeros as well.
    if (size_ > 1 && is_unspecified(forms_[0])) forms_[0] = forms_[--size_];
  }

  std::array<IpAddress, 5> forms_;
  std::size_t size_ = 0;
};

/// A range written in IPv4-mapped form, as the IPv4 range that is meant.
AddressRange unmapped(const AddressRange& range) {
  const AddressRange plain{canonical(range.first), canonical(range.last)};
  static constexpr std::initializer_list<std::uint8_t> mapped{0, 0, 0, 0, 0,    0,
                                                              0, 0, 0, 0, 0xff, 0xff};
  const auto is_mapped = [](const IpAddress& ip) { return !ip.is_v4() && starts_with(ip, mapped); };
  return is_mapped(range.first) && is_mapped(range.last) ? plain : range;
}

bool contains(const std::vector<IpAddress>& addresses, const IpAddress& ip) {
  return std::ranges::find(addresses, ip) != addresses.end();
}

bool any_contains(const std::vector<AddressRange>& ranges, const IpAddress& ip) {
  return std::ranges::any_of(ranges, [&](const AddressRange& range) { return range.contains(ip); });
}

IpAddress from_bytes(Family family, const std::array<std::uint8_t, 16>& bytes) {
  if (family == Family::ipv6) return IpAddress::v6(bytes);
  return IpAddress::v4({bytes[0], bytes[1], bytes[2], bytes[3]});
}

std::unexpected<std::string> wrong(std::string_view text, std::string_view why) {
  return std::unexpected('"' + std::string(text) + "\" " + std::string(why));
}

std::expected<AddressRange, std::string> parse_prefix(std::string_view text, std::size_t slash) {
  const auto ip = IpAddress::parse(text.substr(0, slash));
  if (!ip) return wrong(text, "does not start with an IP address.");
  const std::string_view digits = text.substr(slash + 1);
  const std::size_t bits = ip->bytes().size() * 8;
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return wrong(text, "does not end with a prefix length, a number behind the slash.");
  }
  if (length > bits) {
    return wrong(text, bits == 32 ? "has a prefix longer than the 32 bits of an IPv4 address."
                                  : "has a prefix longer than the 128 bits of an IPv6 address.");
  }
  std::array<std::uint8_t, 16> first{}, last{};
  for (std::size_t i = 0; i < ip->bytes().size(); ++i) {
    const std::size_t fixed = std::clamp<std::size_t>(length, i * 8, i * 8 + 8) - i * 8;
    const unsigned host_bits = 0xffU >> fixed;
    first[i] = static_cast<std::uint8_t>(ip->bytes()[i] & ~host_bits);
    last[i] = static_cast<std::uint8_t>(ip->bytes()[i] | host_bits);
  }
  return AddressRange{from_bytes(ip->family(), first), from_bytes(ip->family(), last)};
}

}  // namespace

std::expected<AddressRange, std::string> AddressRange::parse(std::string_view text) {
  if (const auto slash = text.find('/'); slash != text.npos) return parse_prefix(text, slash);
  const auto dash = text.find('-');
  const auto first = IpAddress::parse(text.substr(0, dash));
  if (dash == text.npos) {
    if (!first) return wrong(text, "is not an IP address, a range (a-b) or a network (a/bits).");
    return AddressRange{*first, *first};
  }
  if (!first) return wrong(text, "does not start with an IP address.");
  const auto last = IpAddress::parse(text.substr(dash + 1));
  if (!last) return wrong(text, "does not end with an IP address.");
  if (first->family() != last->family()) return wrong(text, "mixes IPv4 and IPv6.");
  if (*last < *first) return wrong(text, "runs backwards: its first address is above its last.");
  return AddressRange{*first, *last};
}

std::string_view to_string(Denial denial) {
  switch (denial) {
    case Denial::none:
      return "allowed";
    case Denial::unspecified:
      return "unspecified address";
    case Denial::loopback:
      return "loopback";
    case Denial::link_local:
      return "link-local";
    case Denial::multicast:
      return "multicast or broadcast";
    case Denial::private_range:
      return "private range";
    case Denial::listed:
      return "denied-peer-ip";
    case Denial::own_listener:
      return "own listener";
  }
  return "";
}

IpAddress canonical(const IpAddress& ip) {
  if (ip.is_v4()) return ip;
  const bool zeros_64 = starts_with(ip, {0, 0, 0, 0, 0, 0, 0, 0});
  const auto tail = ip.bytes().subspan(8, 4);
  if (zeros_64) {
    const bool mapped = std::ranges::equal(tail, std::array{0, 0, 0xff, 0xff});
    const bool translated = std::ranges::equal(tail, std::array{0xff, 0xff, 0, 0});
    const bool compatible = std::ranges::equal(tail, std::array{0, 0, 0, 0}) && !is_loopback(ip) &&
                            !ip.is_unspecified();
    if (mapped || translated || compatible) return ipv4_at(ip, last_32_bits);
  }
  const bool nat64 = starts_with(ip, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}) ||
                     starts_with(ip, {0, 0x64, 0xff, 0x9b, 0, 1});  // RFC 6052 2.1, RFC 8215
  if (nat64) return ipv4_at(ip, last_32_bits);
  if (starts_with(ip, {0x20, 0x02})) return ipv4_at(ip, after_16_bits);  // 6to4, RFC 3056 2
  return ip;
}

bool is_private(const IpAddress& ip) {
  return in_ipv4(ip, {10, 0, 0, 0}, 8) || in_ipv4(ip, {172, 16, 0, 0}, 12) ||
         in_ipv4(ip, {192, 168, 0, 0}, 16) || in_ipv4(ip, {100, 64, 0, 0}, 10) ||
         in_ipv6(ip, 0xfc00, 7);
}

PeerPolicy::PeerPolicy(PeerRules rules) : rules_(std::move(rules)) {
  std::ranges::transform(rules_.allowed, rules_.allowed.begin(), unmapped);
  std::ranges::transform(rules_.denied, rules_.denied.begin(), unmapped);
  std::ranges::transform(rules_.own_addresses, rules_.own_addresses.begin(), canonical);
  std::ranges::transform(rules_.own_relay_addresses, rules_.own_relay_addresses.begin(), canonical);
  for (TransportAddress& listener : rules_.own_listeners) listener.ip = canonical(listener.ip);
}

Denial PeerPolicy::check(const IpAddress& peer) const {
  if (is_own_relay(canonical(peer))) return Denial::none;
  for (const IpAddress& form : Forms(peer)) {
    if (const Denial denial = check_ranges(form); denial != Denial::none) return denial;
  }
  // A denied IPv6 range holds for the address as written too, whatever IPv4 address it carries.
  const bool disguised = peer != canonical(peer);
  return disguised && any_contains(rules_.denied, peer) ? Denial::listed : Denial::none;
}

Denial PeerPolicy::check(const TransportAddress& peer) const {
  for (const IpAddress& form : Forms(peer.ip)) {
    if (is_own_listener({form, peer.port})) return Denial::own_listener;
  }
  const TransportAddress plain{canonical(peer.ip), peer.port};
  if (!is_own_relay(plain.ip)) return check(peer.ip);
  if (rules_.relay_port_open && rules_.relay_port_open(plain)) return Denial::none;
  return check_ranges(plain.ip);  // Something else on this host, at a port that is no relay's.
}

bool PeerPolicy::depends_on_port(const IpAddress& peer) const {
  return std::ranges::any_of(Forms(peer), [&](const IpAddress& form) {
    return is_own(form) ||
           std::ranges::count(rules_.own_listeners, form, &TransportAddress::ip) != 0;
  });
}

bool PeerPolicy::is_own(const IpAddress& ip) const {
  return is_loopback(ip) || is_own_relay(ip) || contains(rules_.own_addresses, ip);
}

bool PeerPolicy::is_own_relay(const IpAddress& ip) const {
  return contains(rules_.own_relay_addresses, ip);
}

bool PeerPolicy::is_own_listener(const TransportAddress& peer) const {
  return std::ranges::any_of(rules_.own_listeners, [&](const TransportAddress& listener) {
    if (listener.port != peer.port) return false;
    return listener.ip.is_unspecified() ? is_own(peer.ip) : listener.ip == peer.ip;
  });
}

Denial PeerPolicy::check_ranges(const IpAddress& ip) const {
  if (is_unspecified(ip)) return Denial::unspecified;
  if (is_loopback(ip) && !rules_.allow_loopback) return Denial::loopback;
  if (is_link_local(ip)) return Denial::link_local;
  if (is_multicast(ip) && !rules_.allow_multicast) return Denial::multicast;
  if (any_contains(rules_.allowed, ip)) return Denial::none;
  if (any_contains(rules_.denied, ip)) return Denial::listed;
  if (is_private(ip) && !rules_.allow_private) return Denial::private_range;
  return Denial::none;
}

}  // namespace turn
