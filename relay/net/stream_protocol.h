// What is spoken on a connection, above its bytes: TURN messages, HTTP, or whatever comes next. The
// session hands over what arrives and owns what it hands it to; it knows nothing of what it means.
#pragma once

#include "stun/byte_order.h"

namespace relay::net {

class TcpSession;

class StreamProtocol {
 public:
  virtual ~StreamProtocol() = default;

  /// Bytes of the client, in order, decrypted. They are gone after the call: what is not whole yet
  /// is kept by the protocol, within a bound of its own.
  virtual void on_bytes(TcpSession& session, stun::Bytes bytes) = 0;
  /// All that was sent has left, some of it after having waited.
  virtual void on_room(TcpSession&) {}
};

}  // namespace relay::net
