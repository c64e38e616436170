#include "relay/http/byte_range.h"

#include <algorithm>
#include <charconv>

namespace relay::http {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

/// `5-9`, `5-` or `-5` (RFC 9110 14.1.2).
std::optional<ByteRange> parse(std::string_view spec, std::uint64_t file_size) {
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view front = spec.substr(0, dash), back = spec.substr(dash + 1);
  const auto last = number(back);
  if (!back.empty() && !last) return std::nullopt;
  if (front.empty()) {
    if (!last) return std::nullopt;
    const std::uint64_t size = std::min(*last, file_size);
    return ByteRange{file_size - size, size};
  }
  const auto first = number(front);
  if (!first || (last && *last < *first)) return std::nullopt;
  if (*first >= file_size) return ByteRange{};
  const std::uint64_t end = last && *last < file_size ? *last + 1 : file_size;
  return ByteRange{*first, end - *first};
}

}  // namespace

std::optional<ByteRange> asked_range(const RequestHead& head, std::uint64_t file_size,
                                     std::string_view etag) {
  static constexpr std::string_view unit = "bytes=";
  const auto asked = head.value("Range");
  if (!asked || head.method() != Method::get || file_size == 0) return std::nullopt;
  if (asked->size() <= unit.size() || !equal_ignoring_case(asked->substr(0, unit.size()), unit)) {
    return std::nullopt;
  }
  // What the client has the beginning of is another file meanwhile (RFC 9110 13.1.5).
  if (const auto known = head.value("If-Range"); known && *known != etag) return std::nullopt;
  return parse(asked->substr(unit.size()), file_size);
}

}  // namespace relay::http
