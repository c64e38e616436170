// The part of a file that a request asks for (RFC 9110 14). One range alone: whoever asks for
// several, or in other units, gets the whole, as RFC 9110 14.2 allows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "relay/http/request_head.h"

namespace relay::http {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;  // 0: nothing of what was asked for is there
};

/// Of a file of so many bytes under that ETag; nothing: all of it.
std::optional<ByteRange> asked_range(const RequestHead& head, std::uint64_t file_size,
                                     std::string_view etag);

}  // namespace relay::http
