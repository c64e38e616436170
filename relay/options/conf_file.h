// coturn's flat configuration file: one option per line, `name value` or `name=value`.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "relay/options/assignment.h"

namespace relay::options {

struct FileContent {
  std::vector<Assignment> assignments;
  std::vector<std::string> warnings;
};

/// Lines longer than this are refused; coturn cuts them.
inline constexpr std::size_t max_conf_line = 1024;

/// The rules are coturn's: blanks around names and values do not count, `#` begins a comment at the
/// start of a line only, a value may stand in double quotes, unknown names are warned of and
/// skipped. The error is a message for a person.
std::expected<FileContent, std::string> read_conf(std::string_view text, const std::string& path);

}  // namespace relay::options
