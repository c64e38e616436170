// The nouns of RFC 8656 as types: what names a client, a channel, a relay.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "stun/address.h"
#include "stun/byte_order.h"

namespace turn {

using Time = std::chrono::steady_clock::time_point;
using Seconds = std::chrono::seconds;
using stun::Bytes;
using stun::Family;
using stun::IpAddress;
using stun::TransportAddress;

/// How the client reaches us.
enum class Transport : std::uint8_t { udp, tcp, tls, dtls };

constexpr bool is_stream(Transport transport) {
  return transport == Transport::tcp || transport == Transport::tls;
}

constexpr std::string_view name_of(Transport transport) {
  switch (transport) {
    case Transport::udp:
      return "udp";
    case Transport::tcp:
      return "tcp";
    case Transport::tls:
      return "tls";
    case Transport::dtls:
      return "dtls";
  }
  std::unreachable();
}

/// RFC 8656 2: client address and port, server address and port, transport. Names an allocation.
struct FiveTuple {
  TransportAddress client;
  TransportAddress server;
  Transport transport = Transport::udp;

  friend bool operator==(const FiveTuple&, const FiveTuple&) = default;
};

struct FiveTupleHash {
  /// The server's side hardly varies, so the client's names the bucket.
  std::size_t operator()(const FiveTuple& tuple) const { return stun::AddressHash{}(tuple.client); }
};

/// RFC 8656 12: 0x4000-0x4FFF, or 0x4000-0x7FFF as the obsolete RFC 5766 had it.
enum class ChannelNumber : std::uint16_t {};

/// Names one relayed transport address of one allocation, within one server. Never reused: the
/// generation tells a slot's successive owners apart. Chosen by the server, carried by the owner
/// of the sockets.
struct RelayId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;

  friend bool operator==(RelayId, RelayId) = default;
};

/// CONNECTION-ID (RFC 6062 6.2.1): names a connection to a peer, within the whole process.
enum class ConnectionId : std::uint32_t {};

/// Which numbers a server gives its connections: those that leave `index` when divided by `of`, so
/// that among several servers a number tells whose it is.
struct ConnectionIdShare {
  std::uint32_t index = 0;
  std::uint32_t of = 1;
};

/// Opaque 8 bytes that name a reserved port (RFC 8656 18.10).
using ReservationToken = std::array<std::byte, 8>;

/// Source of unpredictable bytes. A CSPRNG outside of tests.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> bytes) = 0;

  std::uint32_t next_u32() {
    std::array<std::byte, 4> bytes;
    fill(bytes);
    return stun::load_u32(bytes, 0);
  }
  /// Uniform in [0, bound), but for a bias of bound / 2^32.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(std::uint64_t{next_u32()} * bound >> 32);
  }
};

}  // namespace turn
