// Datagrams of one size (the last may be shorter) from one socket to one destination, which leave
// in one system call (UDP_SEGMENT): the kernel cuts them apart. One datagram is a train too.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "relay/net/datagram_socket.h"
#include "relay/net/socket_address.h"
#include "stun/byte_order.h"

namespace relay::net {

/// How a datagram leaves.
struct Destination {
  stun::TransportAddress to;
  stun::IpAddress source;  // of a wildcard socket: the address to answer from; unspecified: any
  std::uint8_t tos = 0;    // DSCP and ECN, as they came in (RFC 8656 14)
  bool dont_fragment = false;

  friend bool operator==(const Destination&, const Destination&) = default;
};

/// Owns nothing: the vectors and what they point at are its maker's.
class Train {
 public:
  static constexpr std::size_t max_segments = 64;

  void begin(DatagramSocket& socket, const Destination& destination, iovec* vectors,
             std::size_t vectors_each, std::size_t size);
  /// One more datagram of `size` bytes, its vectors written behind the others.
  void append(std::size_t size);
  /// Whether a datagram of this form may be the next one.
  bool takes(const DatagramSocket& socket, const Destination& destination, std::size_t vectors_each,
             std::size_t size) const;

  DatagramSocket& socket() const { return *socket_; }
  bool dont_fragment() const { return destination_.dont_fragment; }
  std::size_t count() const { return count_; }      // datagrams
  std::size_t segment() const { return segment_; }  // bytes of each but the last

  /// For sendmsg; valid until the next call.
  const msghdr& whole() { return compose(0, count_); }
  const msghdr& single(std::size_t index) { return compose(index, 1); }

 private:
  static constexpr std::size_t max_bytes = 65000;

  const msghdr& compose(std::size_t first, std::size_t count);
  void add_control(int level, int type, stun::Bytes value);
  void add_source();

  DatagramSocket* socket_ = nullptr;
  Destination destination_;
  SocketAddress address_;
  iovec* vectors_ = nullptr;
  std::size_t vectors_each_ = 1;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::size_t segment_ = 0;
  bool ends_short_ = false;
  msghdr message_{};
  alignas(cmsghdr) std::array<std::byte, 128> control_;
};

}  // namespace relay::net
