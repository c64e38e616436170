#include "relay/http/response.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace relay::http {

Response plain(Status status, std::string_view sentence) {
  return {.status = status, .content = fmt::format("{}\n", sentence)};
}

Response plain(Status status) {
  return plain(status, fmt::format("{} {}", std::to_underlying(status), reason_phrase(status)));
}

std::string serialize(const Response& response, const Delivery& delivery) {
  std::string text;
  const auto out = std::back_inserter(text);
  // IMF-fixdate (RFC 9110 5.6.7); the C locale is the program's.
  fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} GMT\r\n",
                 std::to_underlying(response.status), reason_phrase(response.status),
                 fmt::gmtime(delivery.date.time_since_epoch().count()));
  // RFC 9110 8.6: neither of these has a length.
  if (response.status != Status::no_content && response.status != Status::not_modified) {
    fmt::format_to(out, "Content-Type: {}\r\nContent-Length: {}\r\n", response.content_type,
                   response.file ? response.file_size : response.content.size());
  }
  if (!response.location.empty()) fmt::format_to(out, "Location: {}\r\n", response.location);
  if (!response.allow.empty()) fmt::format_to(out, "Allow: {}\r\n", response.allow);
  for (const auto& [name, value] : response.fields) {
    fmt::format_to(out, "{}: {}\r\n", name, value);
  }
  fmt::format_to(out,
                 "Cache-Control: {}\r\nX-Content-Type-Options: nosniff\r\n"
                 "Referrer-Policy: no-referrer\r\n",
                 response.cache_control);
  if (!response.content_security_policy.empty()) {
    fmt::format_to(out, "Content-Security-Policy: {}\r\n", response.content_security_policy);
  }
  text += delivery.keeps_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  if (delivery.with_content) text += response.content;
  return text;
}

}  // namespace relay::http
