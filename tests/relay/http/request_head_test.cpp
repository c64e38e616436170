// The head of an HTTP request: what is understood, what is refused and with which status.
#include "relay/http/request_head.h"

#include <catch2/catch.hpp>
#include <string>

namespace relay::http {
namespace {

const std::string get = "GET /healthz?full=1 HTTP/1.1\r\nHost: turn.example.org:443\r\n\r\n";

RequestHead parsed(std::string_view text) {
  CAPTURE(text);
  const auto head = RequestHead::parse(text);
  REQUIRE(head.has_value());
  REQUIRE(head->has_value());
  return **head;
}

/// 0: accepted; 1: not whole yet; else the status.
int verdict(std::string_view text) {
  const auto head = RequestHead::parse(text);
  if (!head) return static_cast<int>(head.error());
  return *head ? 0 : 1;
}

int verdict_on_line(const std::string& line) { return verdict(line + "\r\nHost: a\r\n\r\n"); }
int verdict_on_field(const std::string& field) {
  return verdict("GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n");
}

}  // namespace

TEST_CASE("a request head is taken apart", "[http][rfc9112-3]") {
  const RequestHead head = parsed(get);
  CHECK(head.method() == Method::get);
  CHECK(head.path() == "/healthz");
  CHECK(head.query() == "full=1");
  CHECK(head.host() == "turn.example.org:443");
  CHECK(head.keeps_alive());
  CHECK(head.size() == get.size());
  CHECK(head.content_length() == 0);
  CHECK_FALSE(head.is_chunked());
}

TEST_CASE("every beginning of a head is waited for", "[http][rfc9112-2]") {
  for (std::size_t size = 0; size < get.size(); ++size) {
    CAPTURE(size);
    CHECK(verdict(std::string_view(get).substr(0, size)) == 1);
  }
  CHECK(verdict(get + "GET / HT") == 0);
}

TEST_CASE("one empty line before a request is ignored, two are not", "[http][rfc9112-2.2]") {
  CHECK(parsed("\r\n" + get).size() == get.size() + 2);
  CHECK(verdict("\r") == 1);
  CHECK(verdict("\r\n") == 1);
  CHECK(verdict("\r\n\r\n" + get) == 400);
}

TEST_CASE("a request line has three parts with one space each", "[http][rfc9112-3]") {
  CHECK(verdict_on_line("GET / HTTP/1.1") == 0);
  CHECK(verdict_on_line("GET  / HTTP/1.1") == 400);
  CHECK(verdict_on_line("GET /  HTTP/1.1") == 400);
  CHECK(verdict_on_line("GET /a b HTTP/1.1") == 400);
  CHECK(verdict_on_line("GET\t/ HTTP/1.1") == 400);
  CHECK(verdict_on_line("GET /") == 400);
  CHECK(verdict_on_line("GET") == 400);
  CHECK(verdict_on_line(" GET / HTTP/1.1") == 400);
  CHECK(verdict_on_line("GET / HTTP/1.1 ") == 400);
  CHECK(verdict_on_line("GET /\xc3\xa4 HTTP/1.1") == 400);
  CHECK(verdict_on_line("GET /#top HTTP/1.1") == 400);
  CHECK(verdict_on_line(std::string("GET /\0 HTTP/1.1", 15)) == 400);
}

TEST_CASE("versions other than 1.x are told so", "[http][rfc9112-2.3]") {
  CHECK(verdict_on_line("GET / HTTP/1.0") == 0);
  CHECK(verdict_on_line("GET / HTTP/1.9") == 0);
  CHECK(verdict_on_line("GET / HTTP/2.0") == 505);
  CHECK(verdict_on_line("PRI * HTTP/2.0") == 505);
  CHECK(verdict_on_line("GET / HTTP/11") == 400);
  CHECK(verdict_on_line("GET / http/1.1") == 400);
}

TEST_CASE("an unknown method is told so, before the head ends where it is too long",
          "[http][rfc9112-3.1]") {
  CHECK(verdict_on_line("BREW / HTTP/1.1") == 501);
  CHECK(verdict_on_line("Get / HTTP/1.1") == 501);
  CHECK(verdict_on_line("DELETE / HTTP/1.1") == 0);
  CHECK(verdict(std::string(17, 'A')) == 501);
  CHECK(verdict("G\x01") == 400);
}

TEST_CASE("a target has one of four forms", "[http][rfc9112-3.2]") {
  CHECK(verdict_on_line("GET healthz HTTP/1.1") == 400);
  CHECK(verdict_on_line("GET * HTTP/1.1") == 400);
  CHECK(verdict_on_line("GET ftp://a/b HTTP/1.1") == 400);
  CHECK(verdict_on_line("GET http:///b HTTP/1.1") == 400);
  CHECK(verdict_on_line("GET http://user@a/ HTTP/1.1") == 400);
  CHECK(verdict_on_line("OPTIONS * HTTP/1.1") == 0);
  CHECK(verdict_on_line("CONNECT a:443 HTTP/1.1") == 0);
  CHECK(verdict_on_line("CONNECT /a HTTP/1.1") == 400);
  CHECK(verdict_on_line("CONNECT  HTTP/1.1") == 400);
  const RequestHead whole = parsed("GET http://b:80/x?y HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(whole.path() == "/x");
  CHECK(whole.query() == "y");
  CHECK(whole.host() == "b:80");
  CHECK(parsed("GET https://b?y HTTP/1.1\r\nHost: a\r\n\r\n").path() == "/");
}

TEST_CASE("a field is a token, a colon and visible text", "[http][rfc9112-5]") {
  CHECK(verdict_on_field("Accept: */*") == 0);
  CHECK(verdict_on_field("Accept:\t \xe4\t ") == 0);
  CHECK(verdict_on_field("Accept:") == 0);
  CHECK(verdict_on_field("Accept : */*") == 400);
  CHECK(verdict_on_field(": x") == 400);
  CHECK(verdict_on_field("Accept") == 400);
  CHECK(verdict_on_field("Accept: a\r b") == 400);
  CHECK(verdict_on_field(std::string("Accept: a\0b", 11)) == 400);
}

TEST_CASE("a folded line is refused", "[http][rfc9112-5.2]") {
  CHECK(verdict_on_field("Accept: a\r\n b") == 400);
  CHECK(verdict_on_field(" Accept: a") == 400);
}

TEST_CASE("a line that ends in LF alone is refused at once", "[http][rfc9112-2.2]") {
  CHECK(verdict("GET / HTTP/1.1\n") == 400);
  CHECK(verdict("GET / HTTP/1.1\r\nHost: a\n\r\n\r\n") == 400);
}

TEST_CASE("HTTP/1.1 names its host once", "[http][rfc9112-3.2]") {
  CHECK(verdict("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(verdict("GET / HTTP/1.0\r\n\r\n") == 0);
  CHECK(verdict_on_field("Host: b") == 400);
  CHECK(verdict("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n") == 400);
  CHECK(verdict("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n") == 400);
  CHECK(verdict("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n") == 0);
}

TEST_CASE("the length of content is said in one way", "[http][rfc9112-6.3]") {
  CHECK(parsed("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n").content_length() == 12);
  CHECK(parsed("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n").is_chunked());
  CHECK(verdict_on_field("Content-Length: 1\r\nContent-Length: 1") == 400);
  CHECK(verdict_on_field("Content-Length: 1, 1") == 400);
  CHECK(verdict_on_field("Content-Length: +1") == 400);
  CHECK(verdict_on_field("Content-Length: -1") == 400);
  CHECK(verdict_on_field("Content-Length:") == 400);
  CHECK(verdict_on_field("Content-Length: 99999999999999999999") == 400);
  CHECK(verdict_on_field("Content-Length: 1\r\nTransfer-Encoding: chunked") == 400);
  CHECK(verdict_on_field("Transfer-Encoding: chunked\r\nContent-Length: 1") == 400);
  CHECK(verdict_on_field("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked") == 400);
  CHECK(verdict_on_field("Transfer-Encoding: gzip, chunked") == 501);
  CHECK(verdict("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
}

TEST_CASE("a head has bounds", "[http][rfc9112-3]") {
  const auto filled = [](const std::string& before, std::size_t size, const std::string& after) {
    return before + std::string(size - before.size() - after.size(), 'x') + after;
  };
  const std::string line = "GET / HTTP/1.1\r\nHost: a\r\nX: ", blank = "\r\n\r\n";
  CHECK(verdict(filled(line, RequestHead::max_size, blank)) == 0);
  CHECK(verdict(filled(line, RequestHead::max_size + 1, blank)) == 431);
  CHECK(verdict(filled(line, RequestHead::max_size - 1, "")) == 1);
  CHECK(verdict(filled(line, RequestHead::max_size, "")) == 431);
  CHECK(verdict(filled("GET /", RequestHead::max_size, "")) == 414);
  CHECK(verdict_on_line("GET /" + std::string(2047, 'x') + " HTTP/1.1") == 0);
  CHECK(verdict_on_line("GET /" + std::string(2048, 'x') + " HTTP/1.1") == 414);
  std::string fields;
  for (std::size_t i = 0; i + 1 < RequestHead::max_fields; ++i) fields += "a: b\r\n";
  CHECK(verdict(line + "\r\n" + fields.substr(6) + "\r\n") == 0);
  CHECK(verdict(line + "\r\n" + fields + "\r\n") == 431);
}

TEST_CASE("whether the connection goes on is for the version and the client",
          "[http][rfc9112-9.3]") {
  CHECK(parsed("GET / HTTP/1.1\r\nHost: a\r\n\r\n").keeps_alive());
  CHECK_FALSE(parsed("GET / HTTP/1.1\r\nHost: a\r\nConnection: TE,\tClose\r\n\r\n").keeps_alive());
  CHECK_FALSE(parsed("GET / HTTP/1.0\r\n\r\n").keeps_alive());
  CHECK(parsed("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keeps_alive());
}

TEST_CASE("fields are found whatever their case", "[http][rfc9110-5.1]") {
  const RequestHead head =
      parsed("GET / HTTP/1.1\r\nhOST: a\r\nUpgrade: h2c\r\nUPGRADE: foo, WebSocket\r\n\r\n");
  CHECK(head.value("upgrade") == "h2c");
  CHECK(head.value("cookie") == std::nullopt);
  CHECK(head.has_token("Upgrade", "websocket"));
  CHECK_FALSE(head.has_token("Upgrade", "web"));
  CHECK(head.fields().size() == 3);
}

}  // namespace relay::http
