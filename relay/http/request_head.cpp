#include "relay/http/request_head.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace relay::http {
namespace {

using Verdict = std::expected<void, Status>;

constexpr std::size_t longest_method = 16;

constexpr std::array<std::pair<std::string_view, Method>, 9> methods{{
    {"GET", Method::get},
    {"HEAD", Method::head},
    {"POST", Method::post},
    {"PUT", Method::put},
    {"DELETE", Method::del},
    {"CONNECT", Method::connect},
    {"OPTIONS", Method::options},
    {"TRACE", Method::trace},
    {"PATCH", Method::patch},
}};

Verdict refuse(Status status) { return std::unexpected(status); }

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// RFC 9110 5.6.2.
constexpr bool is_token_char(char c) {
  return is_letter(c) || is_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

/// Visible ASCII: what a target may be made of at most (RFC 3986).
bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// RFC 9110 5.5: visible characters, blanks, and bytes beyond ASCII; no NUL, CR or LF.
bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
  });
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// What a Host field or a target may hold: no user, no path, nothing that needs interpretation.
bool is_authority(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("-._~%!$&'()*+,;=:[]").find(c) != std::string_view::npos;
  });
}

/// Whether these bytes can still become a request; so that garbage need not be waited for.
Verdict judge_beginning(std::string_view bytes) {
  const std::size_t method_end = std::min(bytes.find(' '), bytes.size());
  if (!std::ranges::all_of(bytes.substr(0, method_end), is_token_char)) {
    return refuse(Status::bad_request);
  }
  if (method_end > longest_method) return refuse(Status::not_implemented);
  // A line may end in CRLF alone: what stands behind a single LF, others might not see.
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return refuse(Status::bad_request);
  }
  return {};
}

/// A head that does not end within its bound.
Status too_long(std::string_view bytes) {
  return bytes.substr(0, RequestHead::max_size).find("\r\n") == std::string_view::npos
             ? Status::uri_too_long
             : Status::header_fields_too_large;
}

}  // namespace

std::expected<std::optional<RequestHead>, Status> RequestHead::parse(std::string_view bytes) {
  // RFC 9112 2.2-6: an empty line before the request line is ignored.
  const std::size_t skipped = bytes.starts_with("\r\n") ? 2 : 0;
  const std::string_view rest = bytes.substr(skipped);
  if (rest == "\r") return std::nullopt;
  const std::size_t end = rest.find("\r\n\r\n");
  const std::string_view text = rest.substr(0, end);
  if (const auto fine = judge_beginning(text); !fine) return std::unexpected(fine.error());
  if (end == std::string_view::npos || end + 4 > max_size) {
    if (rest.size() < max_size) return std::nullopt;
    return std::unexpected(too_long(rest));
  }

  RequestHead head;
  head.size_ = skipped + end + 4;
  std::size_t line_end = std::min(text.find("\r\n"), text.size());
  if (const auto fine = head.read_request_line(text.substr(0, line_end)); !fine) {
    return std::unexpected(fine.error());
  }
  while (line_end != text.size()) {
    const std::size_t start = line_end + 2;
    line_end = std::min(text.find("\r\n", start), text.size());
    if (const auto fine = head.read_field(text.substr(start, line_end - start)); !fine) {
      return std::unexpected(fine.error());
    }
  }
  if (const auto fine = head.judge_host(); !fine) return std::unexpected(fine.error());
  if (const auto fine = head.judge_content(); !fine) return std::unexpected(fine.error());
  head.judge_connection();
  return head;
}

/// RFC 9112 3: `GET /where?ever HTTP/1.1`, with one space each.
std::expected<void, Status> RequestHead::read_request_line(std::string_view line) {
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return refuse(Status::bad_request);
  const std::string_view name = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return refuse(Status::bad_request);
  }
  if (version[5] != '1') return refuse(Status::version_not_supported);
  is_1_0_ = version[7] == '0';
  if (!is_token(name)) return refuse(Status::bad_request);
  const auto known = std::ranges::find(methods, name, &std::pair<std::string_view, Method>::first);
  if (known == methods.end()) return refuse(Status::not_implemented);
  method_ = known->second;
  if (target.size() > max_target) return refuse(Status::uri_too_long);
  return read_target(target);
}

/// RFC 9112 3.2: a path; a whole URL as to a proxy; an authority for CONNECT; `*` for OPTIONS.
std::expected<void, Status> RequestHead::read_target(std::string_view target) {
  if (!is_visible(target) || target.contains('#')) return refuse(Status::bad_request);
  const bool is_star = target == "*" && method_ == Method::options;
  if (method_ == Method::connect || is_star) {
    path_ = target;
    return is_star || (!target.empty() && is_authority(target)) ? Verdict{}
                                                                : refuse(Status::bad_request);
  }
  if (!target.starts_with('/')) {
    const std::size_t scheme = target.starts_with("http://")    ? 7
                               : target.starts_with("https://") ? 8
                                                                : 0;
    if (scheme == 0) return refuse(Status::bad_request);
    const std::size_t path = std::min(target.find_first_of("/?", scheme), target.size());
    authority_ = target.substr(scheme, path - scheme);
    if (authority_.empty() || !is_authority(authority_)) return refuse(Status::bad_request);
    target.remove_prefix(path);
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  path_ = question == 0 ? "/" : target.substr(0, question);
  if (question < target.size()) query_ = target.substr(question + 1);
  return {};
}

/// RFC 9112 5: no blank before the colon (5.1-2), no folded line (5.2-4).
std::expected<void, Status> RequestHead::read_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return refuse(Status::bad_request);
  }
  if (field_count_ == max_fields) return refuse(Status::header_fields_too_large);
  const std::string_view value = without_blanks(line.substr(colon + 1));
  if (!is_field_value(value)) return refuse(Status::bad_request);
  fields_[field_count_++] = {line.substr(0, colon), value};
  return {};
}

/// RFC 9112 3.2-6: one Host field, which HTTP/1.0 alone may lack. The target's own authority has
/// precedence (3.2.2-8).
std::expected<void, Status> RequestHead::judge_host() {
  std::size_t count = 0;
  for (const Field& field : fields()) {
    if (!equal_ignoring_case(field.name, "Host")) continue;
    if (++count > 1 || !is_authority(field.value)) return refuse(Status::bad_request);
    host_ = field.value;
  }
  if (count == 0 && !is_1_0_) return refuse(Status::bad_request);
  if (!authority_.empty()) host_ = authority_;
  return {};
}

/// RFC 9112 6.3: how long the content is, said once and in one way. Two ways are what requests are
/// smuggled with (6.3-2.3, 11.2).
std::expected<void, Status> RequestHead::judge_content() {
  bool has_length = false;
  for (const Field& field : fields()) {
    if (equal_ignoring_case(field.name, "Content-Length")) {
      const char* const end = field.value.data() + field.value.size();
      const auto read = std::from_chars(field.value.data(), end, content_length_);
      if (has_length || read.ec != std::errc{} || read.ptr != end) {
        return refuse(Status::bad_request);
      }
      has_length = true;
    } else if (equal_ignoring_case(field.name, "Transfer-Encoding")) {
      if (is_chunked_ || is_1_0_) return refuse(Status::bad_request);
      if (!equal_ignoring_case(field.value, "chunked")) return refuse(Status::not_implemented);
      is_chunked_ = true;
    }
  }
  return has_length && is_chunked_ ? refuse(Status::bad_request) : Verdict{};
}

/// RFC 9112 9.3.
void RequestHead::judge_connection() {
  keeps_alive_ =
      is_1_0_ ? has_token("Connection", "keep-alive") : !has_token("Connection", "close");
}

std::optional<std::string_view> RequestHead::value(std::string_view name) const {
  for (const Field& field : fields()) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

bool RequestHead::has_token(std::string_view name, std::string_view token) const {
  for (const Field& field : fields()) {
    if (!equal_ignoring_case(field.name, name)) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (equal_ignoring_case(without_blanks(rest.substr(0, comma)), token)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

bool equal_ignoring_case(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](char a, char b) {
    return (is_letter(a) ? a | 0x20 : a) == (is_letter(b) ? b | 0x20 : b);
  });
}

std::string_view host_of(std::string_view authority) {
  if (const std::size_t scheme = authority.find("://"); scheme != std::string_view::npos) {
    authority.remove_prefix(scheme + 3);
  }
  const std::size_t bracket = authority.find(']');
  if (authority.starts_with('[') && bracket != std::string_view::npos) {
    return authority.substr(1, bracket - 1);
  }
  return authority.substr(0, authority.find(':'));
}

}  // namespace relay::http
