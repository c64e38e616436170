// One option given once, with the place where it was written: what both file formats and the
// command line are reduced to before anything is interpreted.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace relay::options {

struct Option;

/// Where something was written, so that a message can point at it.
struct Place {
  std::string file;        // empty: the command line
  std::size_t line = 0;    // from 1
  std::string written;     // the option as written: `-p`, `--realm`, `realm`
  std::string text;        // the whole line or argument
  std::size_t column = 0;  // where in `text` the value begins

  /// `-p` or `turnserver.conf:12: realm`: how a message about this option begins.
  std::string label() const;
  /// `command line: -p` or `turnserver.conf:12`: where a value came from.
  std::string source() const;
};

struct Assignment {
  const Option* option = nullptr;
  std::optional<std::string> value;
  Place place;
};

/// `text`, and below it a caret under its byte `column`; both indented, beginning with a newline.
std::string with_caret(std::string_view text, std::size_t column);

}  // namespace relay::options
