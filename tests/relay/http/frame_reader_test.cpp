// Frames as a client sends them, well and badly (RFC 6455 5 to 8).
#include "relay/http/frame_reader.h"

#include <catch2/catch.hpp>

#include "relay/http/handshake.h"
#include "relay/http/utf8.h"
#include "tests/support/web_socket_frames.h"

namespace relay::http {
namespace {

using test::frame;
using test::Opcode;

struct Heard final : FrameSink {
  bool on_text(std::string_view text) override {
    texts.emplace_back(text);
    return goes_on;
  }
  bool on_ping(std::string_view payload) override {
    pings.emplace_back(payload);
    return true;
  }
  bool on_pong() override { return true; }
  void on_close(std::uint16_t given) override { code = given; }

  std::vector<std::string> texts, pings;
  std::optional<std::uint16_t> code;
  bool goes_on = true;
};

struct FrameBench {
  std::optional<CloseCode> read(std::string_view bytes) {
    return reader.read(std::as_bytes(std::span(bytes)), heard);
  }
  Heard heard;
  FrameReader reader{64 * 1024};
};

std::string close_payload(std::uint16_t code, const std::string& reason = "") {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)} + reason;
}

}  // namespace

TEST_CASE("texts arrive whole, however the bytes come and however they are fragmented",
          "[http][rfc6455-5.4]") {
  const std::string big(40'000, 'x');
  const std::string bytes = frame(Opcode::text, "hello") + frame(Opcode::text, "") +
                            frame(Opcode::text, "你", {.is_last = false}) +
                            frame(Opcode::ping, "between") + frame(Opcode::continuation, "好") +
                            frame(Opcode::text, big);
  const std::size_t step = GENERATE(1u, 7u, 4096u, 1'000'000u);
  FrameBench bench;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    REQUIRE(!bench.read(std::string_view(bytes).substr(at, step)));
  }
  CHECK(bench.heard.texts == std::vector<std::string>{"hello", "", "你好", big});
  CHECK(bench.heard.pings == std::vector<std::string>{"between"});
  CHECK(bench.reader.is_idle());
}

TEST_CASE("a reader is idle between messages, and at no other time", "[http]") {
  FrameBench bench;
  const std::string bytes = frame(Opcode::text, "hi", {.is_last = false});
  for (const char& byte : bytes) {
    CHECK(!bench.read(std::string_view(&byte, 1)));
    CHECK(!bench.reader.is_idle());
  }
  CHECK(!bench.read(frame(Opcode::continuation, "!")));
  CHECK(bench.reader.is_idle());
}

TEST_CASE("what a client must not send is answered with the code that says so",
          "[http][rfc6455-5.1][rfc6455-5.2][rfc6455-5.5][rfc6455-8.1]") {
  const auto failure = [](const std::string& bytes) {
    FrameBench bench;
    const auto code = bench.read(bytes);
    CHECK(bench.heard.texts.empty());
    return code;
  };
  CHECK(failure(frame(Opcode::text, "a", {.is_masked = false})) == CloseCode::protocol_error);
  for (const int reserved : {1, 2, 4}) {
    CHECK(failure(frame(Opcode::text, "a", {.reserved = reserved})) == CloseCode::protocol_error);
  }
  CHECK(failure(frame(Opcode{3}, "a")) == CloseCode::protocol_error);
  CHECK(failure(frame(Opcode{11}, "a")) == CloseCode::protocol_error);
  CHECK(failure(frame(Opcode::continuation, "a")) == CloseCode::protocol_error);
  CHECK(failure(frame(Opcode::text, "a", {.is_last = false}) + frame(Opcode::text, "b")) ==
        CloseCode::protocol_error);
  CHECK(failure(frame(Opcode::ping, std::string(126, 'a'))) == CloseCode::protocol_error);
  CHECK(failure(frame(Opcode::ping, "a", {.is_last = false})) == CloseCode::protocol_error);
  CHECK(failure(frame(Opcode::binary, "a")) == CloseCode::unsupported_data);
  CHECK(failure(frame(Opcode::text, "\xc0\xaf")) == CloseCode::bad_payload);
  CHECK(failure(frame(Opcode::text, "\xed\xa0\x80")) == CloseCode::bad_payload);
  CHECK(failure(frame(Opcode::close, "a")) == CloseCode::protocol_error);
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000}) {
    CHECK(failure(frame(Opcode::close, close_payload(static_cast<std::uint16_t>(code)))) ==
          CloseCode::protocol_error);
  }
  CHECK(failure(frame(Opcode::close, close_payload(1000, "\xff"))) == CloseCode::bad_payload);
  // 127 says 64 bits where 7 would do.
  CHECK(failure("\x81\xff" + std::string(8, '\0') + "mask") == CloseCode::protocol_error);
}

TEST_CASE("a message beyond its bound is refused before it has come", "[http]") {
  const std::string limit(64 * 1024, 'x');
  FrameBench bench;
  CHECK(!bench.read(frame(Opcode::text, limit)));
  CHECK(bench.heard.texts.size() == 1);
  CHECK(bench.read(frame(Opcode::text, limit + "x").substr(0, 20)) == CloseCode::too_big);

  FrameBench pieces;
  CHECK(!pieces.read(frame(Opcode::text, limit, {.is_last = false})));
  CHECK(!pieces.read(frame(Opcode::continuation, "", {.is_last = false})));
  CHECK(pieces.read(frame(Opcode::continuation, "x")) == CloseCode::too_big);
}

TEST_CASE("a close frame is the last one, with a code or without", "[http][rfc6455-5.5.1]") {
  FrameBench bench;
  CHECK(!bench.read(frame(Opcode::close, close_payload(4001, "bye")) + frame(Opcode::text, "a")));
  CHECK(bench.heard.code == 4001);
  CHECK(bench.heard.texts.empty());
  FrameBench silent;
  CHECK(!silent.read(frame(Opcode::close, "")));
  CHECK(silent.heard.code == 1005);
}

TEST_CASE("whoever has heard enough hears no more", "[http]") {
  FrameBench bench;
  bench.heard.goes_on = false;
  CHECK(!bench.read(frame(Opcode::text, "a") + frame(Opcode::text, "b")));
  CHECK(bench.heard.texts.size() == 1);
}

TEST_CASE("UTF-8 is what RFC 3629 says, and nothing else", "[http][rfc3629-4]") {
  for (const char* const good :
       {"", "a", "é", "你好", "\U0001F600", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    CHECK(is_utf8(good));
  }
  for (const char* const bad :
       {"\x80", "\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe4\xbd", "\xf0\x9f\x98", "\xe4\xbd\x41",
        "\xff"}) {
    CHECK(!is_utf8(bad));
  }
}

namespace {

std::optional<Response> judge(const std::string& method, const std::string& fields) {
  const std::string text = method + " /ws HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
  return judge_websocket(*RequestHead::parse(text).value());
}

const std::string good_fields =
    "Upgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

std::string without(const std::string& name) {
  std::string fields = good_fields;
  const std::size_t at = fields.find(name);
  return fields.erase(at, fields.find("\r\n", at) + 2 - at);
}

}  // namespace

TEST_CASE("a handshake is accepted with the digest of its key", "[http][rfc6455-4.2.2]") {
  CHECK(!judge("GET", good_fields));
  const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n" + good_fields + "\r\n";
  const std::string accepted = accept_websocket(*RequestHead::parse(text).value());
  CHECK(accepted.starts_with("HTTP/1.1 101 "));
  CHECK(accepted.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") !=
        std::string::npos);
  CHECK(accepted.find("Sec-WebSocket-Protocol") == std::string::npos);
}

TEST_CASE("half a handshake is refused, and says what is wrong", "[http][rfc6455-4.2.1]") {
  CHECK(judge("POST", good_fields)->status == Status::method_not_allowed);
  CHECK(judge("GET", without("Connection"))->status == Status::bad_request);
  CHECK(judge("GET", without("Sec-WebSocket-Key"))->status == Status::bad_request);
  CHECK(judge("GET", without("Sec-WebSocket-Key") + "Sec-WebSocket-Key: short==\r\n")->status ==
        Status::bad_request);
  const auto old = judge("GET", without("Sec-WebSocket-Version") + "Sec-WebSocket-Version: 8\r\n");
  REQUIRE(old.has_value());
  CHECK(old->status == Status::upgrade_required);
  CHECK(serialize(*old, {}).find("\r\nSec-WebSocket-Version: 13\r\n") != std::string::npos);
}

}  // namespace relay::http
