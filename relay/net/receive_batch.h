// Receives several datagrams in one call (recvmmsg) into buffers that one worker's sockets share.
// What was received is valid until the next receive().
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "relay/net/datagram_socket.h"
#include "relay/net/socket_address.h"
#include "stun/byte_order.h"

namespace relay::net {

/// One datagram, or several of one size (the last may be shorter) from one source that the kernel
/// merged.
struct Received {
  stun::TransportAddress source;
  stun::IpAddress local;  // which address of ours it came to; of a wildcard socket only
  stun::Bytes bytes;
  std::size_t segment = 0;  // size of each merged datagram; bytes.size() when it is a single one
  std::uint8_t tos = 0;

  /// Takes the next datagram off the front. Call while `more` says so.
  stun::Bytes next() {
    const std::size_t size = segment < bytes.size() ? segment : bytes.size();
    const stun::Bytes datagram = bytes.first(size);
    bytes = bytes.subspan(size);
    return datagram;
  }
};

class ReceiveBatch {
 public:
  /// Eight is the knee of the measured curve; sixteen cost nothing more.
  static constexpr std::size_t capacity = 16;

  ReceiveBatch();

  /// How many arrived, at most `limit`; 0 when nothing waits or the socket failed.
  std::size_t receive(DatagramSocket& socket, std::size_t limit = capacity);
  /// `index` below what receive() gave.
  Received at(std::size_t index) const;
  /// Datagrams that the kernel dropped since the last call, for want of buffer.
  std::uint32_t take_drops() { return std::exchange(drops_, 0); }

 private:
  static constexpr std::size_t buffer_size = 65536;  // a merged train is never cut
  static constexpr std::size_t control_size = 128;

  struct Slot {
    SocketAddress source;
    alignas(cmsghdr) std::array<std::byte, control_size> control;
  };

  void note_drops(DatagramSocket& socket, const msghdr& message);

  std::unique_ptr<std::byte[]> bytes_;
  std::unique_ptr<std::array<Slot, capacity>> slots_;
  std::array<iovec, capacity> vectors_{};
  std::array<mmsghdr, capacity> messages_{};
  std::uint32_t drops_ = 0;
};

}  // namespace relay::net
