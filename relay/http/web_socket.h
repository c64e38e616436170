// A WebSocket (RFC 6455) on a TCP session, after its handshake: frames in and out, the closing
// handshake, and pings, so that neither end waits for one that has gone and no proxy in between
// takes silence for an end. Idle, it holds no buffers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "relay/http/conversation.h"
#include "relay/http/frame_reader.h"
#include "relay/http/text_limit.h"

namespace relay::http {

struct WebSocketOptions {
  std::size_t max_message = 64 * 1024;
  /// 25 s is well within the 60 s after which nginx gives up (proxy_read_timeout).
  std::chrono::milliseconds ping_interval{25'000};
};

class WebSocket final : public Conversation, private FrameSink {
 public:
  /// Pings without an answer before it counts as gone.
  static constexpr int max_misses = 2;
  /// What waits for a slow reader; more ends the connection.
  static constexpr std::size_t max_waiting_messages = 256;
  /// For the client to answer our close frame, and then to close.
  static constexpr std::chrono::seconds farewell_time{2};

  WebSocket(net::TcpSession& session, ConnectionId id, signaling::Inbox& inbox,
            const WebSocketOptions& options, Time now);

  void on_bytes(stun::Bytes bytes, Time now) override;
  void send(const Text& text) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void on_time(Time now) override;

 private:
  bool on_text(std::string_view text) override;
  bool on_ping(std::string_view payload) override;
  bool on_pong() override { return true; }
  void on_close(std::uint16_t code) override;

  /// False: there is no room.
  bool send_frame(std::uint8_t opcode, std::string_view payload);
  void send_close(std::uint16_t code, std::string_view reason);
  bool is_queue_full();

  net::TcpSession& session_;
  signaling::Inbox& inbox_;
  const std::chrono::milliseconds ping_interval_;
  FrameReader reader_;
  TextLimit limit_;
  Time now_;      // of the call at hand
  Time ping_at_;  // or, once it closes, when it is over
  int misses_ = 0;
  bool is_closing_ = false;            // our close frame has left
  std::uint64_t sent_ = 0;             // bytes, in all
  std::vector<std::uint64_t> queued_;  // where messages begin that may wait still
};

}  // namespace relay::http
