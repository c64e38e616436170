#include "relay/http/web_socket.h"

#include <wslay/wslay.h>

#include <algorithm>
#include <array>
#include <string>

namespace relay::http {
namespace {

using Header = std::array<std::byte, 10>;

/// Of a whole message in one frame; a server does not mask (RFC 6455 5.1).
stun::Bytes write_header(Header& header, std::uint8_t opcode, std::size_t payload) {
  header[0] = static_cast<std::byte>(0x80 | opcode);
  if (payload < 126) {
    header[1] = static_cast<std::byte>(payload);
    return stun::Bytes(header).first(2);
  }
  if (payload < 65536) {
    header[1] = std::byte{126};
    stun::store_u16(header, 2, static_cast<std::uint16_t>(payload));
    return stun::Bytes(header).first(4);
  }
  header[1] = std::byte{127};
  stun::store_u32(header, 2, 0);
  stun::store_u32(header, 6, static_cast<std::uint32_t>(payload));
  return stun::Bytes(header).first(10);
}

}  // namespace

WebSocket::WebSocket(net::TcpSession& session, ConnectionId id, signaling::Inbox& inbox,
                     const WebSocketOptions& options, Time now)
    : Conversation(id),
      session_(session),
      inbox_(inbox),
      ping_interval_(options.ping_interval),
      reader_(options.max_message),
      limit_(now),
      now_(now),
      ping_at_(now + options.ping_interval) {}

void WebSocket::on_bytes(stun::Bytes bytes, Time now) {
  now_ = now;
  if (!is_closing_) {
    // Whatever comes shows that there is somebody.
    misses_ = 0;
    ping_at_ = now + ping_interval_;
  }
  if (const auto failure = reader_.read(bytes, *this)) {
    if (is_closing_) return session_.finish();
    send_close(std::to_underlying(*failure), "");
    session_.finish();  // RFC 6455 7.1.7: whatever else comes is not read.
  }
}

bool WebSocket::on_text(std::string_view text) {
  if (is_closing_) return true;
  if (limit_.allows(now_)) {
    inbox_.on_text(id(), text, now_);
  } else if (limit_.is_hopeless()) {
    close(std::to_underlying(CloseCode::policy), "too many messages");
  } else {
    inbox_.on_text_refused(id(), now_);
  }
  return session_.is_open() && !session_.is_finishing();
}

bool WebSocket::on_ping(std::string_view payload) {
  if (!is_closing_ && !send_frame(WSLAY_PONG, payload)) session_.close();
  return session_.is_open();
}

/// RFC 6455 5.5.1: answered in kind; the server is the one to end the connection (7.1.1).
void WebSocket::on_close(std::uint16_t code) {
  if (!is_closing_) {
    send_close(
        code == std::to_underlying(CloseCode::none) ? std::to_underlying(CloseCode::normal) : code,
        "");
  }
  session_.finish();
}

void WebSocket::send(const Text& text) {
  if (is_closing_ || !session_.is_open()) return;
  if (is_queue_full() || !send_frame(WSLAY_TEXT_FRAME, *text)) {
    close(std::to_underlying(CloseCode::try_again), "reads too slowly");
  }
}

void WebSocket::close(std::uint16_t code, std::string_view reason) {
  if (!is_closing_ && session_.is_open()) send_close(code, reason);
}

void WebSocket::send_close(std::uint16_t code, std::string_view reason) {
  is_closing_ = true;
  ping_at_ = now_ + farewell_time;
  std::string payload(2, '\0');
  stun::store_u16(std::as_writable_bytes(std::span(payload)), 0, code);
  payload += reason.substr(0, 123);
  Header header;
  const stun::Bytes written = write_header(header, WSLAY_CONNECTION_CLOSE, payload.size());
  // There is always room for this one: it may come when the queue is full.
  std::string frame(stun::as_text(written));
  frame += payload;
  session_.send_control(std::as_bytes(std::span(frame)));
}

bool WebSocket::send_frame(std::uint8_t opcode, std::string_view payload) {
  Header header;
  const net::StreamMessage frame{.header = write_header(header, opcode, payload.size()),
                                 .payload = std::as_bytes(std::span(payload))};
  if (session_.send_data(std::span(&frame, 1)) == 0) return false;
  sent_ += frame.size();
  return true;
}

/// Counts messages only while there is something that waits, which is seldom.
bool WebSocket::is_queue_full() {
  const std::size_t waiting = session_.waiting();
  if (waiting == 0) {
    std::vector<std::uint64_t>().swap(queued_);
    return false;
  }
  const std::uint64_t left = sent_ - std::min<std::uint64_t>(waiting, sent_);
  std::erase_if(queued_, [&](std::uint64_t begin) { return begin < left; });
  if (queued_.size() >= max_waiting_messages) return true;
  queued_.push_back(sent_);
  return false;
}

void WebSocket::on_time(Time now) {
  now_ = now;
  if (now < ping_at_ || !session_.is_open()) return;
  if (is_closing_ || misses_ == max_misses || !send_frame(WSLAY_PING, "")) return session_.close();
  ++misses_;
  ping_at_ = now + ping_interval_;
}

}  // namespace relay::http
