// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): texts to a
// browser as one answer that never ends, where a WebSocket is refused. What the browser has to say
// comes as requests of its own, POST /events/KEY.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "relay/http/conversation.h"
#include "relay/http/text_limit.h"

namespace relay::http {

class EventStream final : public Conversation {
 public:
  /// Between two comments that keep proxies from taking silence for an end.
  static constexpr std::chrono::seconds comment_interval{25};
  static constexpr std::chrono::seconds farewell_time{2};
  /// Comments in a row before which not all had arrived; then it counts as gone.
  static constexpr int max_misses = 2;

  /// Sends the head of the answer and the first event, which tells the key.
  EventStream(net::TcpSession& session, ConnectionId id, std::string key, Time now);

  /// Nothing may come.
  void on_bytes(stun::Bytes, Time) override { session_.close(); }
  void send(const Text& text) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void on_time(Time now) override;

  const std::string& key() const { return key_; }
  /// Of what is posted.
  TextLimit& limit() { return limit_; }

 private:
  net::TcpSession& session_;
  const std::string key_;
  TextLimit limit_;
  Time now_;
  Time comment_at_;  // or, once it closes, when it is over
  int misses_ = 0;
  bool is_closing_ = false;
};

}  // namespace relay::http
