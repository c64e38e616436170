// An answer to a request and its form on the wire (RFC 9112 4), with headers that leave a browser
// nothing to guess.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relay/http/status.h"
#include "relay/net/file_descriptor.h"

namespace relay::http {

struct Response {
  Status status = Status::ok;
  std::string content;
  std::string content_type = "text/plain; charset=utf-8";
  std::string location;  // of a redirection; empty: none
  std::string allow;     // of 405; empty: none
  std::string cache_control = "no-store";
  /// What a browser may load for it: nothing, unless it is a page. Empty: whatever it likes.
  std::string content_security_policy = "default-src 'none'; frame-ancestors 'none'";
  std::vector<std::pair<std::string, std::string>> fields = {};  // others
  /// In place of the content, from there on, and so many bytes of it; null: the content.
  std::shared_ptr<net::FileDescriptor> file = nullptr;
  std::uint64_t file_from = 0;
  std::uint64_t file_size = 0;
};

/// A line of text that says what the status does.
Response plain(Status status);
Response plain(Status status, std::string_view sentence);

/// How it leaves. `with_content` is false for HEAD; Content-Length says how long it would be (RFC
/// 9110 9.3.2).
struct Delivery {
  bool with_content = true;
  bool keeps_alive = true;
  std::chrono::sys_seconds date;
};
std::string serialize(const Response& response, const Delivery& delivery);

}  // namespace relay::http
