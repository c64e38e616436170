// STUN and ChannelData on a connection (RFC 8656 12.5, RFC 8489 6.2.2): cuts what arrives into
// messages. Keeps the beginning of one message at most.
#pragma once

#include <cstddef>
#include <vector>

#include "relay/net/stream_protocol.h"
#include "turn/limits.h"
#include "turn/stream_framer.h"

namespace relay::net {

class MessageReader {
 public:
  /// One whole message, valid during the call and until on_stream_pause().
  virtual void on_stream_message(TcpSession& session, turn::Frame::Kind kind,
                                 stun::Bytes message) = 0;
  /// The messages given so far are about to be overwritten.
  virtual void on_stream_pause() = 0;
  /// The stream was stopped: what has come behind the last message. Valid during the call.
  virtual void on_stream_stop(TcpSession& session, stun::Bytes unread) = 0;

 protected:
  ~MessageReader() = default;
};

class MessageStream final : public StreamProtocol {
 public:
  explicit MessageStream(MessageReader& reader) : reader_(reader) {}

  /// Longer messages from the client end the connection.
  void set_message_limit(std::size_t bytes) { message_limit_ = bytes; }
  /// The connection goes on as something else: the message at hand is the last one, and what comes
  /// behind it is for on_stream_stop().
  void stop(TcpSession& session);
  void on_bytes(TcpSession& session, stun::Bytes bytes) override;

 private:
  stun::Bytes complete_partial(TcpSession& session, stun::Bytes bytes);
  turn::Frame cut(TcpSession& session, stun::Bytes bytes);

  MessageReader& reader_;
  std::size_t message_limit_ = turn::max_control_message;
  bool is_cutting_ = false;  // on_bytes() is at work
  bool is_stopped_ = false;
  std::vector<std::byte> partial_;  // the beginning of a message, until the rest arrives
};

}  // namespace relay::net
