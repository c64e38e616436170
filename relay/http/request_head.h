// The head of an HTTP/1.1 request (RFC 9112 2 to 7): request line and header fields, taken apart
// strictly. What another parser might read differently is refused, not repaired. Pure, and takes
// nothing from the heap: everything in it is a view into the bytes that it was parsed from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "relay/http/status.h"

namespace relay::http {

enum class Method : std::uint8_t { get, head, post, put, del, connect, options, trace, patch };

struct Field {
  std::string_view name;
  std::string_view value;  // without the blanks around it
};

class RequestHead {
 public:
  /// Of the whole head, its empty line included, and of the target in it.
  static constexpr std::size_t max_size = 8192;
  static constexpr std::size_t max_target = 2048;
  static constexpr std::size_t max_fields = 64;

  /// Nothing: the head is not whole yet. The error is what to answer before the connection ends.
  static std::expected<std::optional<RequestHead>, Status> parse(std::string_view bytes);

  Method method() const { return method_; }
  /// The path as it came, percent-encoding included; `*` of OPTIONS, the authority of CONNECT.
  std::string_view path() const { return path_; }
  std::string_view query() const { return query_; }  // without its question mark
  std::string_view host() const { return host_; }    // empty: HTTP/1.0 did not say
  std::span<const Field> fields() const { return std::span(fields_).first(field_count_); }
  /// The first of that name, whatever its case; nothing when there is none.
  std::optional<std::string_view> value(std::string_view name) const;
  /// Whether a comma-separated field holds that token, whatever its case.
  bool has_token(std::string_view name, std::string_view token) const;

  bool is_1_0() const { return is_1_0_; }  // HTTP/1.0, that is
  bool keeps_alive() const { return keeps_alive_; }
  /// Bytes of content that follow the head.
  std::uint64_t content_length() const { return content_length_; }
  bool is_chunked() const { return is_chunked_; }
  /// Bytes of the head.
  std::size_t size() const { return size_; }

 private:
  std::expected<void, Status> read_request_line(std::string_view line);
  std::expected<void, Status> read_target(std::string_view target);
  std::expected<void, Status> read_field(std::string_view line);
  std::expected<void, Status> judge_host();
  std::expected<void, Status> judge_content();
  void judge_connection();

  Method method_ = Method::get;
  bool is_1_0_ = false;
  bool keeps_alive_ = false;
  bool is_chunked_ = false;
  std::string_view path_, query_, host_, authority_;
  std::uint64_t content_length_ = 0;
  std::size_t size_ = 0;
  std::size_t field_count_ = 0;
  std::array<Field, max_fields> fields_;
};

/// Letters of ASCII alone; field names and most tokens have no case (RFC 9110 5.1).
bool equal_ignoring_case(std::string_view one, std::string_view other);

/// `box.lan` of `box.lan:8098` or of `https://box.lan:8098`; an IPv6 address without its brackets.
std::string_view host_of(std::string_view authority);

}  // namespace relay::http
