// Reads what became of datagrams that left earlier: ICMP errors, and those that were longer than
// the way out of this host. The kernel keeps them beside the socket that asked for them
// (IP_RECVERR), and its descriptor is readable as EPOLLERR until they are read. One worker owns it.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "relay/net/datagram_socket.h"
#include "relay/net/socket_address.h"

namespace relay::net {

/// An error as ICMP has it: of the family of `destination`, made up for a datagram that never left.
struct SendError {
  stun::TransportAddress destination;  // port 0: not known
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t mtu = 0;  // where the error speaks of one

  friend bool operator==(const SendError&, const SendError&) = default;
};

class ErrorQueue {
 public:
  /// Errors of one read(); others wait for the next one.
  static constexpr std::size_t capacity = 16;

  ErrorQueue();

  /// What waits at `socket`, each of several that are alike once. Afterwards the socket speaks of
  /// errors again only if there are more. Valid until the next call.
  std::span<const SendError> read(DatagramSocket& socket);

 private:
  struct Slot {
    SocketAddress destination;
    alignas(cmsghdr) std::array<std::byte, 320> control;
  };

  std::array<Slot, capacity> slots_;
  std::array<mmsghdr, capacity> messages_{};
  std::array<SendError, capacity> errors_;
};

}  // namespace relay::net
