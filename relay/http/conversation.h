// A connection that texts come and go on: what a WebSocket and a stream of server-sent events have
// in common. It lives on a TCP session, which outlives it.
#pragma once

#include "relay/net/tcp_session.h"
#include "relay/signaling/door.h"

namespace relay::http {

using signaling::ConnectionId;
using signaling::Text;
using signaling::Time;

class Conversation {
 public:
  explicit Conversation(ConnectionId id) : id_(id) {}
  virtual ~Conversation() = default;
  ConnectionId id() const { return id_; }

  virtual void on_bytes(stun::Bytes bytes, Time now) = 0;
  virtual void send(const Text& text) = 0;
  /// Says good-bye; the session ends in time.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  /// Comes every second.
  virtual void on_time(Time now) = 0;

 private:
  const ConnectionId id_;
};

}  // namespace relay::http
