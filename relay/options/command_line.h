// The words of the command line as assignments, by getopt_long, driven by the table.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "relay/options/assignment.h"

namespace relay::options {

/// What counts only as a word of its own, wherever it stands, as in coturn.
struct LooseWords {
  bool help = false;                       // -h, --help
  bool version = false;                    // --version
  bool no_config_file = false;             // -n
  std::optional<std::string> config_file;  // -c FILE
};

LooseWords find_loose_words(std::span<const char* const> arguments);

struct CommandLine {
  std::vector<Assignment> assignments;
  std::vector<std::string> words;  // that belong to no option
  std::vector<std::string> warnings;
};

/// Everything but the loose words. The error is a message for a person.
std::expected<CommandLine, std::string> read_command_line(std::span<const char* const> arguments);

/// The letters of all options as getopt wants them: `c:d:p:...`.
std::string letter_string();

}  // namespace relay::options
