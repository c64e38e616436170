// Web origins as ORIGIN attributes carry them (draft-ietf-tram-stun-origin): the page that a client
// runs in, in one spelling. A value, without heap.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace auth {

class Origin {
 public:
  static constexpr std::size_t max_size = 300;

  /// Lower case, without the port that the scheme has anyway and without a slash at the end.
  /// Nothing: "null", no text at all, or longer than any origin.
  static std::optional<Origin> parse(std::string_view text);

  std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, max_size> text_{};
  std::size_t size_ = 0;
};

}  // namespace auth
