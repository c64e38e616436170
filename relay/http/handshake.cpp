#include "relay/http/handshake.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace relay::http {
namespace {

constexpr std::string_view protocol_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t key_length = 24;  // 16 bytes in base64

/// RFC 6455 4.2.1-2.5: base64 of 16 bytes.
bool is_key(std::string_view text) {
  return text.size() == key_length && text.ends_with("==") &&
         std::ranges::all_of(text.substr(0, key_length - 2), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '+' || c == '/';
         });
}

std::string digest_of(std::string_view key) {
  const std::string text = std::string(key) + std::string(protocol_guid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return {base64.begin(), base64.begin() + length};
}

}  // namespace

bool asks_for_websocket(const RequestHead& head) { return head.has_token("Upgrade", "websocket"); }

std::optional<Response> judge_websocket(const RequestHead& head) {
  if (head.method() != Method::get) {
    Response refused = plain(Status::method_not_allowed, "A WebSocket is opened with GET.");
    refused.allow = "GET";
    return refused;
  }
  if (!head.has_token("Connection", "Upgrade") || head.is_1_0()) {
    return plain(Status::bad_request,
                 "A WebSocket wants HTTP/1.1 and `Connection: Upgrade`; a proxy in between has to "
                 "pass both on.");
  }
  if (head.value("Sec-WebSocket-Version").value_or("") != "13") {  // 4.4
    Response refused = plain(Status::upgrade_required, "WebSocket version 13 is spoken here.");
    refused.fields = {{"Sec-WebSocket-Version", "13"}, {"Upgrade", "websocket"}};
    return refused;
  }
  if (!is_key(head.value("Sec-WebSocket-Key").value_or(""))) {
    return plain(Status::bad_request, "Sec-WebSocket-Key is not base64 of 16 bytes.");
  }
  if (head.content_length() != 0 || head.is_chunked()) return plain(Status::bad_request);
  return std::nullopt;
}

/// Neither a subprotocol nor an extension is chosen (4.2.2-5.5, 5.6).
std::string accept_websocket(const RequestHead& head) {
  return fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\n\r\n",
      digest_of(*head.value("Sec-WebSocket-Key")));
}

}  // namespace relay::http
