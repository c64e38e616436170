// What an operator asked for, read from the command line and the configuration file it leads to.
// The file is applied first and the command line after it: scalars override, lists accumulate.
// Uses getopt_long, which has global state: call it from one thread, before others start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "relay/options/assignment.h"
#include "relay/options/file_reader.h"
#include "relay/options/settings.h"

namespace relay::options {

enum class Action : std::uint8_t {
  run,
  help,
  version,
  check_config,
  print_config,
  print_reference,
};

/// What --print-reference prints: the reference page, or a commented configuration file.
enum class ReferenceFormat : std::uint8_t { markdown, yaml, conf };

struct Parsed {
  Settings settings;
  Action action = Action::run;
  ReferenceFormat reference_format = ReferenceFormat::markdown;
  std::vector<std::string> warnings;  // one line each, with their place
  std::vector<std::string> words;     // of the command line that belong to no option
  std::string config_file;            // the one that was read; empty: none
  std::vector<Assignment> given;      // in the order in which they were applied
};

/// Why the server must not start: a message for a person, several lines, no newline at the end.
struct Failure {
  std::string message;
  int exit_code = 1;
};

/// `arguments[0]` is the program's name.
std::expected<Parsed, Failure> parse_command_line(std::span<const char* const> arguments,
                                                  FileReader& files);

/// What every action but `run` prints on stdout, ending in a newline. The exit code is 0.
std::string answer(const Parsed& parsed, std::size_t columns = 80);

/// The terminal's width behind stdout, or 80.
std::size_t terminal_columns();

}  // namespace relay::options
