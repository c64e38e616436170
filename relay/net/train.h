// Sends datagrams, and gathers those that follow each other from one socket to one destination with
// one size (the last may be shorter) into one system call (UDP_SEGMENT). Nothing is copied but the
// few header bytes: what add() was given must live until flush(). One worker owns it.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "relay/net/counter.h"
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

/// ::sendmsg, or what a test puts in its place.
using SendMessage = ssize_t (*)(int fd, const msghdr* message, int flags);

class Train {
 public:
  static constexpr std::size_t max_header = 48;

  explicit Train(DatagramCounters& counters, SendMessage send = ::sendmsg)
      : counters_(counters), send_(send) {}

  /// Sends `header`, `payload` and `padding` zero bytes (at most 3) as one datagram, now or at the
  /// next flush(). The order on one socket is kept.
  void add(DatagramSocket& socket, const Destination& destination, stun::Bytes header,
           stun::Bytes payload, std::size_t padding = 0);
  void flush();

 private:
  static constexpr std::size_t max_segments = 64;
  static constexpr std::size_t max_bytes = 65000;

  bool extends(const DatagramSocket& socket, const Destination& destination,
               std::size_t vectors_each, std::size_t size) const;
  void begin(DatagramSocket& socket, const Destination& destination, std::size_t vectors_each,
             std::size_t size);
  bool send_together();
  void send_each();
  void send_single(std::size_t index);
  msghdr message(std::size_t first, std::size_t count);
  void add_control(msghdr& message, int level, int type, stun::Bytes value);
  void add_source(msghdr& message);

  DatagramCounters& counters_;
  SendMessage send_;

  DatagramSocket* socket_ = nullptr;
  Destination destination_;
  SocketAddress address_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::size_t segment_ = 0;
  std::size_t vectors_each_ = 1;
  std::array<iovec, 3 * max_segments> vectors_;
  std::array<std::array<std::byte, max_header>, max_segments> headers_;
  alignas(cmsghdr) std::array<std::byte, 128> control_;
};

}  // namespace relay::net
