// What a worker is about to send: datagrams are gathered into trains, and the trains leave together
// with as few entries into the kernel as there can be. Payloads are not copied: what add() was
// given must live until flush(). The order on one socket is kept. One worker owns it.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <utility>

#include "relay/net/counter.h"
#include "relay/net/ring.h"
#include "relay/net/train.h"

namespace relay::net {

/// ::sendmsg, or what a test puts in its place.
using SendMessage = ssize_t (*)(int fd, const msghdr* message, int flags);

class Outbox {
 public:
  static constexpr std::size_t max_header = 56;
  static constexpr std::size_t max_copy = 2048;

  /// Without a ring each train is a call of `send`.
  explicit Outbox(DatagramCounters& counters, Ring* ring = nullptr, SendMessage send = ::sendmsg)
      : counters_(counters), ring_(ring), send_(send) {}

  /// Sends `header`, `payload` and `padding` zero bytes (at most 3) as one datagram, now or at the
  /// next flush().
  void add(DatagramSocket& socket, const Destination& destination, stun::Bytes header,
           stun::Bytes payload, std::size_t padding = 0);
  /// The same for a datagram of at most max_copy bytes that need not live any longer.
  void add_copy(DatagramSocket& socket, const Destination& destination, stun::Bytes datagram);
  void flush();
  /// Since the last call a datagram that must not be fragmented was too long for the way out, and
  /// did not leave.
  bool take_too_long() { return std::exchange(too_long_, false); }
  /// Nothing of what waits needs `socket` any longer.
  void release(const DatagramSocket& socket);

 private:
  static constexpr std::size_t max_trains = 64;
  static constexpr std::size_t max_vectors = 1024;
  static constexpr std::size_t copies_size = 32 * 1024;
  static_assert(max_trains <= Ring::capacity);

  stun::Bytes keep(stun::Bytes bytes);
  bool has_room(std::size_t vectors, std::size_t copied) const;
  void send_by_ring();
  void send_directly(Train& train);
  int attempt(const DatagramSocket& socket, const msghdr& message);
  int insist(const DatagramSocket& socket, const msghdr& message, int result);
  void settle(Train& train, int result);
  void send_apart(Train& train);

  DatagramCounters& counters_;
  Ring* const ring_;
  const SendMessage send_;

  bool too_long_ = false;
  std::size_t train_count_ = 0, vector_count_ = 0, copied_ = 0;
  std::array<Train, max_trains> trains_;
  std::array<iovec, max_vectors> vectors_;
  std::array<std::byte, copies_size> copies_;  // headers and whole answers
};

}  // namespace relay::net
