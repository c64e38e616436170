// How a client's connection gets from one worker to another. The kernel gives a new connection to
// any worker; a ConnectionBind (RFC 6062) is for the one that has the connection to the peer, which
// the number in the request tells (turn::ConnectionIdShare). So the client's connection moves
// there, unanswered: its socket, its TLS session, and the request with all that came behind it.
// Nothing is shared and nothing locked but the mailbox of the worker that receives.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "relay/net/file_descriptor.h"
#include "relay/net/tls/openssl.h"
#include "turn/types.h"

namespace relay {

/// A connection between two workers.
struct MovingStream {
  net::FileDescriptor socket;
  turn::FiveTuple client;
  net::tls::SslPointer tls;  // null: there is none
  std::vector<std::byte> unsent;
  std::vector<std::byte> unread;  // plain; begins with a whole message
};

/// Who takes what; filled before any worker runs, and constant from then on.
class StreamHandOver {
 public:
  using Receiver = std::function<void(MovingStream)>;

  /// The receiver of the next worker; callable from any thread for as long as any worker runs.
  void add(Receiver receiver) { receivers_.push_back(std::move(receiver)); }
  std::size_t workers() const { return receivers_.size(); }
  void send(std::size_t worker, MovingStream stream) const {
    receivers_.at(worker)(std::move(stream));
  }

 private:
  std::vector<Receiver> receivers_;
};

}  // namespace relay
