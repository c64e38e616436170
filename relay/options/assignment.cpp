#include "relay/options/assignment.h"

#include <fmt/format.h>

namespace relay::options {

std::string Place::label() const {
  return file.empty() ? written : fmt::format("{}:{}: {}", file, line, written);
}

std::string Place::source() const {
  return file.empty() ? fmt::format("command line: {}", written) : fmt::format("{}:{}", file, line);
}

std::string with_caret(std::string_view text, std::size_t column) {
  std::string below;
  for (std::size_t i = 0; i < column && i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) == 0x80) continue;  // The rest of a UTF-8 character takes no column.
    below += text[i] == '\t' ? '\t' : ' ';
  }
  return fmt::format("\n    {}\n    {}^", text, below);
}

}  // namespace relay::options
