// IP addresses and transport addresses (address and port) as values. An IpAddress is always one of
// IPv4 or IPv6; it is held as 16 bytes in network order, an IPv4 address in the last four, so that
// comparing and hashing are two words. An IPv4-mapped IPv6 address stays IPv6 here: folding
// disguises together is the peer policy's business.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stun {

/// Address families with the numbers they have on the wire (RFC 8489 14.1).
enum class Family : std::uint8_t { ipv4 = 0x01, ipv6 = 0x02 };

class IpAddress {
 public:
  /// 0.0.0.0
  constexpr IpAddress() = default;

  /// `bytes` in network order.
  static constexpr IpAddress v4(std::array<std::uint8_t, 4> bytes) {
    IpAddress ip;
    for (std::size_t i = 0; i < 4; ++i) ip.bytes_[12 + i] = bytes[i];
    return ip;
  }
  static constexpr IpAddress v6(std::array<std::uint8_t, 16> bytes) {
    IpAddress ip;
    ip.bytes_ = bytes;
    ip.family_ = Family::ipv6;
    return ip;
  }
  /// Dotted IPv4 or IPv6 text without brackets or zone; nothing else.
  static std::optional<IpAddress> parse(std::string_view text);

  constexpr Family family() const { return family_; }
  constexpr bool is_v4() const { return family_ == Family::ipv4; }
  /// 4 or 16 bytes in network order.
  constexpr std::span<const std::uint8_t> bytes() const {
    return std::span(bytes_).subspan(is_v4() ? 12 : 0);
  }
  bool is_unspecified() const { return bytes_ == std::array<std::uint8_t, 16>{}; }
  /// RFC 5952 text, no brackets.
  std::string to_string() const;

  /// Orders IPv4 before IPv6, each numerically.
  friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) {
    if (a.family_ != b.family_) return a.family_ <=> b.family_;
    return std::memcmp(a.bytes_.data(), b.bytes_.data(), 16) <=> 0;
  }
  friend bool operator==(const IpAddress& a, const IpAddress& b) {
    return a.words() == b.words() && a.family_ == b.family_;
  }
  /// The 16 bytes as two native words, for equality and hashing only.
  std::array<std::uint64_t, 2> words() const {
    return std::bit_cast<std::array<std::uint64_t, 2>>(bytes_);
  }

 private:
  std::array<std::uint8_t, 16> bytes_{};
  Family family_ = Family::ipv4;
};

/// An IP address and a port in host order.
struct TransportAddress {
  IpAddress ip;
  std::uint16_t port = 0;

  /// `192.0.2.1:3478` or `[2001:db8::1]:3478`.
  static std::optional<TransportAddress> parse(std::string_view text);
  std::string to_string() const;

  friend auto operator<=>(const TransportAddress&, const TransportAddress&) = default;
};

/// A seedless mixing hash. Attackers choose addresses: tables of unauthenticated entries must add
/// a secret of their own.
struct AddressHash {
  std::size_t operator()(const IpAddress& ip) const { return mix(ip, 0); }
  std::size_t operator()(const TransportAddress& address) const {
    return mix(address.ip, address.port);
  }

 private:
  static std::size_t mix(const IpAddress& ip, std::uint64_t extra) {
    const auto [a, b] = ip.words();
    std::uint64_t h = (a ^ (b * 0x9e3779b97f4a7c15ULL)) + extra * 0xd6e8feb86659fd93ULL;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93ULL;
    return h ^ (h >> 29);
  }
};

}  // namespace stun
