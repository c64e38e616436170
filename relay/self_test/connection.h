// One client connection of the self-test, UDP or TCP, blocking with a deadline. One thread uses it.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <stop_token>
#include <string>
#include <vector>

#include "relay/net/file_descriptor.h"
#include "stun/address.h"
#include "stun/byte_order.h"
#include "turn/types.h"

namespace relay::self_test {

/// Until when, or until somebody asks to stop.
struct Patience {
  std::chrono::steady_clock::time_point deadline;
  std::stop_token stop;

  bool is_over() const {
    return stop.stop_requested() || std::chrono::steady_clock::now() >= deadline;
  }
  /// No longer than `most` from now.
  Patience at_most(std::chrono::milliseconds most) const {
    return {std::min(deadline, std::chrono::steady_clock::now() + most), stop};
  }
};

/// Why a step failed: a clause without a capital and full stop.
using Failure = std::string;

class Connection {
 public:
  /// `transport` is udp or tcp.
  static std::expected<Connection, Failure> open(const stun::TransportAddress& server,
                                                 turn::Transport transport,
                                                 const Patience& patience);

  std::expected<void, Failure> send(stun::Bytes message);
  /// One whole STUN or ChannelData message; it lives until the next receive(). Nothing came in
  /// time: an empty one.
  std::expected<stun::Bytes, Failure> receive(const Patience& patience);

  turn::Transport transport() const { return transport_; }
  stun::TransportAddress local() const;

 private:
  Connection(net::FileDescriptor socket, turn::Transport transport)
      : socket_(std::move(socket)), transport_(transport), buffer_(4096) {}
  stun::Bytes take_message();

  net::FileDescriptor socket_;
  turn::Transport transport_;
  std::vector<std::byte> buffer_;
  std::size_t filled_ = 0;    // bytes that lie in the buffer
  std::size_t consumed_ = 0;  // of the message that was given last
};

}  // namespace relay::self_test
