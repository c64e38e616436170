// A WebSocket's opening and its frames. The handshake is judged without a crash and accepted only
// when it holds all that RFC 6455 4.2.1 asks for. Frames give the same texts however the bytes are
// cut, every text is UTF-8 within its bound, and nothing is kept between two messages.
#include <cstdlib>
#include <string>
#include <vector>

#include "relay/http/frame_reader.h"
#include "relay/http/handshake.h"
#include "relay/http/utf8.h"

namespace {

using relay::http::CloseCode;

constexpr std::size_t max_message = 4096;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Heard final : relay::http::FrameSink {
  bool on_text(std::string_view text) override {
    require(text.size() <= max_message && relay::http::is_utf8(text));
    events.push_back("text " + std::string(text));
    return true;
  }
  bool on_ping(std::string_view payload) override {
    require(payload.size() <= 125);
    events.push_back("ping " + std::string(payload));
    return true;
  }
  bool on_pong() override {
    events.emplace_back("pong");
    return true;
  }
  void on_close(std::uint16_t code) override {
    require(!closed);
    closed = true;
    events.push_back("close " + std::to_string(code));
  }
  std::vector<std::string> events;
  bool closed = false;
};

/// What is heard when the bytes come in pieces of that size.
std::vector<std::string> hear(stun::Bytes bytes, std::size_t piece) {
  relay::http::FrameReader reader(max_message);
  Heard heard;
  while (!bytes.empty() && !heard.closed) {
    const std::size_t size = std::min(piece, bytes.size());
    const auto failure = reader.read(bytes.first(size), heard);
    if (failure) {
      require(*failure != CloseCode::none && *failure != CloseCode::normal);
      heard.events.push_back("failure " + std::to_string(static_cast<int>(*failure)));
      break;
    }
    bytes = bytes.subspan(size);
  }
  return heard.events;
}

void judge(std::string_view text) {
  const auto head = relay::http::RequestHead::parse(text);
  if (!head || !*head || !relay::http::asks_for_websocket(**head)) return;
  if (const auto refused = relay::http::judge_websocket(**head)) {
    require(static_cast<int>(refused->status) >= 400);
    return;
  }
  require((*head)->value("Sec-WebSocket-Key")->size() == 24);
  require(relay::http::accept_websocket(**head).ends_with("\r\n\r\n"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stun::Bytes bytes = std::as_bytes(std::span(data, size));
  judge(stun::as_text(bytes));
  const auto whole = hear(bytes, size + 1);
  require(hear(bytes, 1) == whole);
  require(hear(bytes, 7) == whole);
  return 0;
}
