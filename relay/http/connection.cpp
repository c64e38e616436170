#include "relay/http/connection.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "relay/http/handshake.h"
#include "relay/net/tcp_session.h"

namespace relay::http {
namespace {

constexpr std::string_view events_path = "/events";
constexpr std::string_view chat_path = "/chat";

std::chrono::sys_seconds wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// RFC 9110 10.1.1: the client waits to be told to send its content.
bool waits_to_be_told(const RequestHead& head) {
  const auto expected = head.value("Expect");
  return expected && equal_ignoring_case(*expected, "100-continue") && !head.is_1_0();
}

}  // namespace

void Connection::on_bytes(net::TcpSession&, stun::Bytes bytes) {
  const Time now = std::chrono::steady_clock::now();
  if (conversation_) return conversation_->on_bytes(bytes, now);
  if (partial_.empty() && !is_busy()) return proceed(stun::as_text(bytes), false, now);
  partial_ += stun::as_text(bytes);
  if (is_busy()) {
    if (partial_.size() > max_ahead) session_.close();
    return;
  }
  if (partial_.size() < wanted_) return;
  std::string together;
  together.swap(partial_);
  proceed(together, true, now);
}

/// Serves what there is of whole requests, and keeps the beginning of the next one.
void Connection::proceed(std::string_view text, bool had_begun, Time now) {
  wanted_ = 0;
  bool served = false;
  while (!text.empty() && session_.is_open() && !session_.is_finishing() && !is_busy() &&
         !conversation_) {
    const auto head = RequestHead::parse(text);
    if (!head) return refuse(plain(head.error()));
    if (!*head) break;
    if (const auto refused = judge_content(**head)) return refuse(plain(*refused));
    const std::size_t size = (*head)->size() + (*head)->content_length();
    if (text.size() < size) {
      if (!await_content(**head, size, now)) return;
      keep(text);
      return;
    }
    serve(**head, text.substr((*head)->size(), (*head)->content_length()), now);
    text.remove_prefix(size);
    served = true;
  }
  doors_.release(std::exchange(reserved_, 0));
  if (!session_.is_open()) return;
  if (conversation_) {
    if (!text.empty()) conversation_->on_bytes(std::as_bytes(std::span(text)), now);
  } else if (session_.is_finishing()) {
    deadline_ = now + farewell_time;
  } else if (text.empty() || is_busy()) {
    deadline_ = now + idle_time;
    keep(text);
  } else {
    if (served || !had_begun) deadline_ = now + head_time;
    keep(text);
  }
}

void Connection::keep(std::string_view text) {
  if (is_busy() && text.size() > max_ahead) return session_.close();
  partial_.assign(text);
}

/// What to refuse it with, before its content has come. What is not read would be taken for the
/// next request, so the connection ends then.
std::optional<Status> Connection::judge_content(const RequestHead& head) {
  if (head.is_chunked()) return Status::length_required;
  const std::uint64_t limit = head.method() == Method::post ? max_content : 0;
  if (head.content_length() > limit) return Status::content_too_large;
  if (const auto expected = head.value("Expect");
      expected && !equal_ignoring_case(*expected, "100-continue")) {
    return Status::expectation_failed;  // RFC 9110 10.1.1-6
  }
  return std::nullopt;
}

/// The head is whole, the content is not. False: there is no room for it.
bool Connection::await_content(const RequestHead& head, std::size_t size, Time now) {
  if (wanted_ == size) return true;
  doors_.release(std::exchange(reserved_, 0));
  if (!doors_.reserve(size)) {
    refuse(plain(Status::service_unavailable));
    return false;
  }
  reserved_ = wanted_ = size;
  deadline_ = now + content_time;
  constexpr std::string_view go_ahead = "HTTP/1.1 100 Continue\r\n\r\n";
  if (waits_to_be_told(head)) session_.send_control(std::as_bytes(std::span(go_ahead)));
  return true;
}

void Connection::serve(const RequestHead& head, std::string_view content, Time now) {
  const Source source =
      doors_.house().source_of(head, session_.client().client.ip, session_.tls() != nullptr);
  const Request request{.head = head,
                        .content = content,
                        .client = source.client,
                        .entrance = entrance_,
                        .secure = source.secure};
  with_content_ = head.method() != Method::head;
  keeps_alive_ = head.keeps_alive();
  const Site& site = doors_.house().site();
  if (doors_.has_inbox() && site.has_signaling(entrance_)) {
    if (asks_for_websocket(head)) return open_web_socket(request, now);
    if (head.path() == events_path && head.method() == Method::get) {
      return open_event_stream(request, now);
    }
    const std::string_view path = head.path();
    if (path.starts_with(events_path) && path.substr(events_path.size()).starts_with('/') &&
        head.method() == Method::post) {
      return doors_.post(*this, path.substr(events_path.size() + 1), content, now);
    }
    if (doors_.ask(*this, request, now)) return;
  }
  respond(site.answer(request));
}

void Connection::open_web_socket(const Request& request, Time now) {
  if (const auto refused = judge_websocket(request.head)) return refuse(*refused);
  if (const auto refused = judge_origin(request)) return refuse(*refused);
  const Status admitted = doors_.admit(session_, request.client, now);
  if (admitted != Status::ok) return refuse(plain(admitted));
  client_ = request.client;
  const std::string accepted = accept_websocket(request.head);
  session_.send_control(std::as_bytes(std::span(accepted)));
  conversation_ = doors_.open_web_socket(session_, arrival_of(request), now);
}

void Connection::open_event_stream(const Request& request, Time now) {
  if (const auto refused = judge_origin(request)) return refuse(*refused);
  const Status admitted = doors_.admit(session_, request.client, now);
  if (admitted != Status::ok) return refuse(plain(admitted));
  client_ = request.client;
  conversation_ = doors_.open_event_stream(session_, arrival_of(request), now);
}

std::optional<Response> Connection::judge_origin(const Request& request) const {
  if (doors_.house().welcomes_origin(request.head, session_.client().server.ip, request.secure)) {
    return std::nullopt;
  }
  return plain(Status::forbidden,
               fmt::format("Pages of {} may not connect to {}; the server's --ws-origin can allow "
                           "it.",
                           request.head.value("Origin").value_or(""), request.head.host()));
}

signaling::Arrival Connection::arrival_of(const Request& request) const {
  const bool is_chat = entrance_ == net::Entrance::chat || request.head.path() == chat_path;
  return {.dialect = is_chat ? signaling::Dialect::chat : signaling::Dialect::undecided,
          .client = request.client,
          .host = request.head.host(),
          .origin = request.head.value("Origin").value_or(""),
          .secure = request.secure};
}

void Connection::respond(const Response& response) {
  awaited_.reset();
  deadline_ = std::chrono::steady_clock::now() + (keeps_alive_ ? idle_time : farewell_time);
  send(response, with_content_, keeps_alive_);
}

void Connection::go_on() {
  if (is_busy() || conversation_ || !session_.is_open() || partial_.empty()) return;
  std::string together;
  together.swap(partial_);
  proceed(together, false, std::chrono::steady_clock::now());
}

void Connection::refuse(const Response& response) {
  doors_.release(std::exchange(reserved_, 0));
  deadline_ = std::chrono::steady_clock::now() + farewell_time;
  send(response, true, false);
}

void Connection::send(const Response& response, bool with_content, bool keeps_alive) {
  const std::string text = serialize(
      response, {.with_content = with_content, .keeps_alive = keeps_alive, .date = wall_clock()});
  session_.send_control(std::as_bytes(std::span(text)));
  if (response.file && with_content && response.file_size != 0) {
    file_ = response.file;
    file_from_ = response.file_from;
    file_to_ = file_from_ + response.file_size;
    keeps_alive_ = keeps_alive;
    return send_file(std::chrono::steady_clock::now());
  }
  if (!keeps_alive) session_.finish();
}

/// As much of it as the client takes at once; on_room() goes on.
void Connection::send_file(Time now) {
  std::array<std::byte, 32 * 1024> bytes;
  constexpr int chunks_a_turn = 8;
  for (int i = 0; session_.is_open() && session_.waiting() == 0 && file_from_ < file_to_; ++i) {
    if (i == chunks_a_turn) return session_.ask_for_room();
    const std::size_t wanted = std::min<std::uint64_t>(bytes.size(), file_to_ - file_from_);
    const ssize_t size =
        ::pread(file_->number(), bytes.data(), wanted, static_cast<off_t>(file_from_));
    if (size <= 0) return session_.close();  // It has been cut short meanwhile.
    file_from_ += static_cast<std::size_t>(size);
    deadline_ = now + idle_time;
    session_.send_control(stun::Bytes(bytes).first(static_cast<std::size_t>(size)));
  }
  if (file_from_ < file_to_) return;
  file_.reset();
  if (!keeps_alive_) session_.finish();
}

void Connection::on_room(net::TcpSession&) {
  if (!file_) return;
  send_file(std::chrono::steady_clock::now());
  if (!file_) go_on();
}

void Connection::on_time(Time now) {
  if (conversation_) return conversation_->on_time(now);
  if (now >= deadline_) session_.close();
}

void Connection::on_end(Time now) {
  doors_.release(std::exchange(reserved_, 0));
  doors_.forget(*this);
  if (conversation_) doors_.end(*conversation_, client_, now);
}

}  // namespace relay::http
