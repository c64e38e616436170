// Peers of TCP allocations (RFC 6062), and both ends of a data connection as a test reads and
// writes them: without blocking, as far as they go.
#pragma once

#include <optional>

#include "service/wire_client.h"

namespace relay::test {

/// One end of a connection: a socket, or TLS on it that somebody else owns.
class StreamEnd {
 public:
  explicit StreamEnd(net::FileDescriptor fd);
  /// The client's, which outlives this; `first` came before.
  explicit StreamEnd(WireClient& client);

  int fd() const { return fd_; }
  /// What can be read now is added to `received`.
  void read();
  /// How many bytes of it were taken.
  std::size_t write(Bytes bytes);
  bool has_room_within(int milliseconds) const;
  /// False when not all of it was taken in time.
  bool send_all(Bytes bytes);
  void end_output();
  void reset();
  /// Reads until the other side ends; false when it does not in time.
  bool wait_for_end();
  /// Reads until so many bytes are there.
  bool wait_for(std::size_t size);

  Buffer received;
  bool ended = false;

 private:
  net::FileDescriptor own_;
  int fd_;
  SSL* ssl_ = nullptr;
};

/// Writes `from_a` on `a` and `from_b` on `b` at the same time until each has received what the
/// other has sent.
bool exchange(StreamEnd& a, Bytes from_a, StreamEnd& b, Bytes from_b);

/// A peer that listens, or is about to connect itself.
class TcpPeer {
 public:
  enum class Kind { listening, deaf, swallowing };
  /// Deaf: nothing listens there. Swallowing: attempts to connect get no answer.
  explicit TcpPeer(Kind kind = Kind::listening);

  const TransportAddress& address() const { return address_; }
  /// The next connection; its other end is `source()`.
  StreamEnd accept();
  const TransportAddress& source() const { return source_; }
  /// From the peer's own address.
  static std::optional<StreamEnd> connect(const TransportAddress& to);

 private:
  net::FileDescriptor fd_;
  TransportAddress address_, source_;
  std::vector<net::FileDescriptor> in_the_way_;
};

}  // namespace relay::test
