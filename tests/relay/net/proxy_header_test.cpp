// PROXY headers, version 1 and 2: whom they name, and what is refused.
#include "relay/net/proxy_header.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace relay::net {
namespace {

using namespace std::string_literals;

stun::Bytes bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;
/// 192.0.2.1:56324 to 198.51.100.1:443.
const std::string v4_block = "\xc0\x00\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"s;

std::string binary(char command, char family, const std::string& block) {
  return signature + command + family + static_cast<char>(block.size() >> 8) +
         static_cast<char>(block.size() & 0xff) + block;
}

/// The client that the header names, `-` for none, `...` when it is not whole, `!` when refused.
std::string read_stream(const std::string& text) {
  const auto header = parse_stream_header(bytes_of(text));
  if (!header) return "!";
  if (!*header) return "...";
  return (*header)->client ? (*header)->client->to_string() : "-";
}
std::string read_datagram(const std::string& text) {
  const auto header = parse_datagram_header(bytes_of(text));
  if (!header) return "!";
  return header->client ? header->client->to_string() : "-";
}

}  // namespace

TEST_CASE("a line names the client", "[proxy]") {
  CHECK(read_stream("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nGET /") == "192.0.2.1:56324");
  CHECK(read_stream("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n") == "[2001:db8::1]:1");
  CHECK(read_stream("PROXY UNKNOWN\r\n") == "-");
  CHECK(read_stream("PROXY UNKNOWN whatever it is\r\n") == "-");
  const std::string line = "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n";
  CHECK(parse_stream_header(bytes_of(line + "more")).value()->size == line.size());
  const std::string all_ones = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  CHECK(read_stream("PROXY TCP6 " + all_ones + " " + all_ones + " 65535 65535\r\n") ==
        "[" + all_ones + "]:65535");
}

TEST_CASE("a line is taken literally", "[proxy]") {
  for (const std::string line :
       {"PROXY TCP5 1.2.3.4 5.6.7.8 9 10", "PROXY tcp4 1.2.3.4 5.6.7.8 9 10",
        "PROXY TCP4 1.2.3.4 5.6.7.8 9", "PROXY TCP4 1.2.3.4 5.6.7.8 9 10 11",
        "PROXY TCP4  1.2.3.4 5.6.7.8 9 10", "PROXY TCP4 1.2.3.4 5.6.7.8 9 10 ",
        "PROXY TCP4 1.2.3.4 5.6.7.8 09 10", "PROXY TCP4 1.2.3.4 5.6.7.8 9 65536",
        "PROXY TCP4 1.2.3.4 5.6.7.8 -9 10", "PROXY TCP4 1.2.3.4 5.6.7.8 0 10",
        "PROXY TCP4 ::1 5.6.7.8 9 10", "PROXY TCP6 1.2.3.4 5.6.7.8 9 10",
        "PROXY TCP4 1.2.3 5.6.7.8 9 10", "PROXY TCP4 a.example 5.6.7.8 9 10", "PROXY ",
        "PROXY UDP4 1.2.3.4 5.6.7.8 9 10"}) {
    CAPTURE(line);
    CHECK(read_stream(line + "\r\n") == "!");
  }
  CHECK(read_stream("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\n") == "...");
  CHECK(read_stream("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\rX") == "!");
  CHECK(read_stream("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n") == "-");
  CHECK(read_stream("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n") == "!");
  CHECK(read_stream("PROXY UNKNOWN " + std::string(200, 'x')) == "!");
}

TEST_CASE("a binary header names the client, whatever is appended", "[proxy]") {
  CHECK(read_stream(binary('\x21', '\x11', v4_block)) == "192.0.2.1:56324");
  const std::string tlv = "\x02\x00\x04name"s;
  const std::string whole = binary('\x21', '\x11', v4_block + tlv);
  CHECK(read_stream(whole + "\x16\x03") == "192.0.2.1:56324");
  CHECK(parse_stream_header(bytes_of(whole + "rest")).value()->size == whole.size());
  const std::string v6_block = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x07" +
                               std::string(16, '\0') + "\x00\x09\x00\x0a"s;
  CHECK(read_stream(binary('\x21', '\x21', v6_block)) == "[2001:db8::7]:9");
  CHECK(read_datagram(binary('\x21', '\x12', v4_block) + "payload") == "192.0.2.1:56324");
  CHECK(read_datagram(binary('\x21', '\x22', v6_block)) == "[2001:db8::7]:9");
}

TEST_CASE("a proxy may speak for itself", "[proxy]") {
  CHECK(read_stream(binary('\x20', '\x00', "")) == "-");
  CHECK(read_stream(binary('\x20', '\x11', v4_block)) == "-");
  CHECK(read_stream(binary('\x20', '\x7f', "any")) == "-");
  CHECK(read_stream(binary('\x21', '\x00', "")) == "-");
  CHECK(read_datagram(binary('\x20', '\x00', "") + "payload") == "-");
}

TEST_CASE("what does not fit in a binary header is refused", "[proxy]") {
  CHECK(read_stream(binary('\x11', '\x11', v4_block)) == "!");
  CHECK(read_stream(binary('\x22', '\x11', v4_block)) == "!");
  CHECK(read_stream(binary('\x21', '\x12', v4_block)) == "!");
  CHECK(read_stream(binary('\x21', '\x31', std::string(216, 'x'))) == "!");
  CHECK(read_stream(binary('\x21', '\x11', v4_block.substr(0, 11))) == "!");
  CHECK(read_stream(binary('\x21', '\x21', v4_block)) == "!");
  CHECK(read_stream(binary('\x21', '\x11', std::string(12, '\0'))) == "!");
  CHECK(read_datagram(binary('\x21', '\x11', v4_block)) == "!");
  CHECK(read_datagram("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n") == "!");
  CHECK(read_datagram(binary('\x21', '\x12', v4_block).substr(0, 27)) == "!");
  CHECK(read_datagram("") == "!");
  CHECK(read_stream("GET / HTTP/1.1\r\n") == "!");
  CHECK(read_stream(std::string("\x00\x01\x00\x00", 4)) == "!");
}

TEST_CASE("a header longer than 2048 bytes is refused as soon as it says so", "[proxy]") {
  const std::string longest(ProxyHeader::max_size - 16, '\0'), longer = longest + '\0';
  CHECK(read_stream(binary('\x20', '\x00', longest)) == "-");
  CHECK(read_stream(binary('\x20', '\x00', longer)) == "!");
  CHECK(read_stream(binary('\x20', '\x00', longer).substr(0, 16)) == "!");
}

TEST_CASE("every beginning of a header is waited for", "[proxy]") {
  const std::string whole = GENERATE("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"s,
                                     "PROXY UNKNOWN\r\n"s, binary('\x21', '\x11', v4_block));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(read_stream(whole.substr(0, size)) == "...");
  }
  CHECK(read_stream(whole) != "...");
}

}  // namespace relay::net
