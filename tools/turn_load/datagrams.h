// Datagrams in bulk: several received by one call (recvmmsg, merged by UDP_GRO), a burst sent by
// one call (UDP_SEGMENT). One thread owns each of these.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>

#include "relay/net/file_descriptor.h"
#include "relay/net/socket_address.h"
#include "tools/turn_load/payload.h"

namespace turn_load {

/// A non-blocking UDP socket bound to `local` (its port may be 0) with large buffers. The error is
/// an errno.
std::expected<relay::net::FileDescriptor, int> open_datagram_socket(
    const stun::TransportAddress& local);

/// Datagrams that found the receive buffer of the socket full, since it was opened.
std::uint32_t dropped_datagrams(int fd);

/// Takes messages one by one from whatever carried them.
class MessageSink {
 public:
  /// `message` is valid during the call.
  virtual void on_message(Bytes message) = 0;

 protected:
  ~MessageSink() = default;
};

class DatagramReceiver {
 public:
  DatagramReceiver();

  /// Everything that waits at `fd`, a bounded number of calls' worth. What failed, as an errno, or
  /// 0.
  int receive(int fd, MessageSink& sink);

 private:
  static constexpr std::size_t capacity = 16;
  static constexpr std::size_t buffer_size = 65536;  // a merged train is never cut
  static constexpr int max_rounds = 4;

  void hand_over(std::size_t index, MessageSink& sink) const;

  std::unique_ptr<std::byte[]> bytes_;
  std::array<iovec, capacity> vectors_{};
  std::array<mmsghdr, capacity> messages_{};
  struct Control {
    alignas(cmsghdr) std::array<std::byte, 64> bytes;
  };
  std::array<Control, capacity> controls_{};
};

class DatagramSender {
 public:
  /// `train` holds datagrams of `segment` bytes each. How many of them the kernel took. No `to`:
  /// the socket is connected.
  std::size_t send(int fd, std::span<const std::byte> train, std::size_t segment,
                   const relay::net::SocketAddress* to);

 private:
  std::size_t send_together(int fd, Bytes train, std::size_t segment,
                            const relay::net::SocketAddress* to);
  std::size_t send_each(int fd, Bytes train, std::size_t segment,
                        const relay::net::SocketAddress* to);

  bool segmentation_ = true;  // until the device below says that it cannot
};

}  // namespace turn_load
