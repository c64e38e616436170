// What rooms, members and clients are called: 1 to 128 bytes of UTF-8 without control characters.
// The clients of the course say numbers as well as texts, so 7 and "7" are one name; it is told to
// others in the form in which its owner said it. A value; nothing that breaks the rule exists.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace relay::signaling {

class Name {
 public:
  static constexpr std::size_t max_size = 128;

  static std::optional<Name> parse(std::string_view text);
  /// `token` is a number of JSON as it was written.
  static std::optional<Name> parse_number(std::string_view token);

  const std::string& text() const { return text_; }
  /// As a value in JSON.
  std::string json() const;

  friend bool operator==(const Name& one, const Name& other) { return one.text_ == other.text_; }
  friend std::strong_ordering operator<=>(const Name& one, const Name& other) {
    return one.text_ <=> other.text_;
  }

 private:
  Name(std::string_view text, bool is_number) : text_(text), is_number_(is_number) {}

  std::string text_;
  bool is_number_;
};

/// The worker that has the room of that name.
std::size_t home_of(const Name& room, std::size_t workers);

}  // namespace relay::signaling
