#include "relay/http/event_stream.h"

#include <fmt/format.h>

#include "relay/http/frame_reader.h"

namespace relay::http {
namespace {

/// An event of any number of lines, each line of its own field.
std::string event(std::string_view text) {
  std::string event = "data: ";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c != '\n' && c != '\r') {
      event += c;
      continue;
    }
    if (c == '\r' && text.substr(at + 1).starts_with('\n')) ++at;
    event += "\ndata: ";
  }
  return event + "\n\n";
}

stun::Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

EventStream::EventStream(net::TcpSession& session, ConnectionId id, std::string key, Time now)
    : Conversation(id),
      session_(session),
      key_(std::move(key)),
      limit_(now),
      now_(now),
      comment_at_(now + comment_interval) {
  session_.send_control(bytes_of(fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
      "X-Accel-Buffering: no\r\nConnection: close\r\n\r\n"
      "event: open\ndata: {{\"id\":\"{}\"}}\n\n",
      key_)));
}

void EventStream::send(const Text& text) {
  if (is_closing_ || !session_.is_open()) return;
  const std::string whole = event(*text);
  const net::StreamMessage message{.header = {}, .payload = bytes_of(whole)};
  if (session_.send_data(std::span(&message, 1)) == 0) {
    close(std::to_underlying(CloseCode::try_again), "reads too slowly");
  }
}

void EventStream::close(std::uint16_t code, std::string_view reason) {
  if (is_closing_ || !session_.is_open()) return;
  is_closing_ = true;
  comment_at_ = now_ + farewell_time;
  std::string clean;
  for (const char c : reason) {
    if (c == '"' || c == '\\') clean += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) clean += c;
  }
  session_.send_control(bytes_of(
      fmt::format("event: close\ndata: {{\"code\":{},\"reason\":\"{}\"}}\n\n", code, clean)));
  session_.finish();
}

void EventStream::on_time(Time now) {
  now_ = now;
  if (now < comment_at_ || !session_.is_open()) return;
  if (is_closing_ || misses_ == max_misses) return session_.close();
  misses_ = session_.has_unacknowledged() ? misses_ + 1 : 0;
  constexpr std::string_view comment = ":\n\n";
  const net::StreamMessage message{.header = {}, .payload = bytes_of(comment)};
  if (session_.send_data(std::span(&message, 1)) == 0) return session_.close();
  comment_at_ = now + comment_interval;
}

}  // namespace relay::http
