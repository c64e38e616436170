// Receives several datagrams at once, from one socket or from several, into buffers that one
// worker's sockets share. What was received is valid until clear().
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "relay/net/datagram_socket.h"
#include "relay/net/ring.h"
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
  bool arrived = false;  // false: nothing waited

  /// Takes the next datagram off the front.
  stun::Bytes next() {
    const std::size_t size = segment < bytes.size() ? segment : bytes.size();
    const stun::Bytes datagram = bytes.first(size);
    bytes = bytes.subspan(size);
    return datagram;
  }
};

class ReceiveBatch {
 public:
  /// Buffers in all. Each holds a merged train, so none is ever cut; memory that no train has
  /// touched is not used.
  static constexpr std::size_t capacity = 64;

  /// Without a ring, each socket of receive_each() costs a call.
  explicit ReceiveBatch(Ring* ring = nullptr);

  /// Buffers that are free.
  std::size_t room() const { return capacity - used_; }
  /// Frees all: what was received is gone.
  void clear() { used_ = 0; }

  /// What waits at `socket`, at most `limit`, which is at least 1 and at most room(). The result
  /// is shorter, even empty, when no more waits or the socket failed.
  std::span<const Received> receive(DatagramSocket& socket, std::size_t limit);
  /// The first that waits at each of `sockets`, at most room(); those where nothing waits say
  /// that nothing arrived.
  std::span<const Received> receive_each(std::span<DatagramSocket* const> sockets);
  /// Datagrams that the kernel dropped since the last call, for want of buffer.
  std::uint32_t take_drops() { return std::exchange(drops_, 0); }

 private:
  static constexpr std::size_t buffer_size = 65536;
  static constexpr std::size_t control_size = 128;

  struct Slot {
    SocketAddress source;
    alignas(cmsghdr) std::array<std::byte, control_size> control;
  };

  void prepare(std::size_t first, std::size_t count);
  void decode(DatagramSocket& socket, std::size_t index, std::size_t size);

  Ring* const ring_;
  std::unique_ptr<std::byte[]> bytes_;
  std::unique_ptr<std::array<Slot, capacity>> slots_;
  std::array<iovec, capacity> vectors_{};
  std::array<mmsghdr, capacity> messages_{};
  std::array<Received, capacity> received_;
  std::size_t used_ = 0;
  std::uint32_t drops_ = 0;
};

}  // namespace relay::net
