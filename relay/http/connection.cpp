#include "relay/http/connection.h"

#include "relay/net/tcp_session.h"

namespace relay::http {
namespace {

std::string_view as_text(stun::Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::chrono::sys_seconds wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

void Connection::on_bytes(net::TcpSession& session, stun::Bytes bytes) {
  const turn::Time now = std::chrono::steady_clock::now();
  std::string together;
  std::string_view text = as_text(bytes);
  const bool had_begun = !partial_.empty();
  if (had_begun) {
    together.swap(partial_);
    text = together.append(text);
  }
  bool answered = false;
  while (!text.empty() && session.is_open() && !session.is_finishing()) {
    const auto head = RequestHead::parse(text);
    if (!head) {
      deadline_ = now + farewell_time;
      return refuse(session, head.error());
    }
    if (!*head) break;
    answer(session, **head);
    text.remove_prefix((*head)->size());
    answered = true;
  }
  if (session.is_finishing()) {
    deadline_ = now + farewell_time;
  } else if (text.empty()) {
    deadline_ = now + idle_time;
  } else {
    if (answered || !had_begun) deadline_ = now + head_time;
    partial_.assign(text);
  }
}

void Connection::answer(net::TcpSession& session, const RequestHead& head) {
  // Nothing here takes content, and what is not read would be taken for the next request.
  if (head.is_chunked()) return refuse(session, Status::length_required);
  if (head.content_length() != 0) return refuse(session, Status::content_too_large);
  if (const auto expected = head.value("Expect");
      expected && !equal_ignoring_case(*expected, "100-continue")) {
    return refuse(session, Status::expectation_failed);  // RFC 9110 10.1.1-6
  }
  send(session, site_.answer({.head = head, .client = client_, .entrance = entrance_}),
       head.method() != Method::head, head.keeps_alive());
}

void Connection::refuse(net::TcpSession& session, Status status) {
  send(session, plain(status), true, false);
}

void Connection::send(net::TcpSession& session, const Response& response, bool with_content,
                      bool keeps_alive) {
  const std::string text = serialize(
      response, {.with_content = with_content, .keeps_alive = keeps_alive, .date = wall_clock()});
  session.send_control(std::as_bytes(std::span(text)));
  if (!keeps_alive) session.finish();
}

}  // namespace relay::http
