// What the table says about one option, and the draft that its setter works on. The rows are plain
// constant data; everything else here (command line, files, help, reference) is driven by them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relay/options/options.h"
#include "relay/options/values.h"

namespace relay::options {

/// How a value is given.
enum class Kind : std::uint8_t {
  flag,             // no value
  boolean,          // `--x`, `--x=false`
  optional_number,  // `--x`, `--x=N`
  optional_word,    // `--x`, `--x=WORD`
  value,            // `--x N`, `--x=N`
  list,             // a value, and the option may be repeated
};

enum class State : std::uint8_t {
  works,
  ignored,     // a later release brings it, or there is nothing to set; `note` says which
  deprecated,  // coturn still has it; `note` says what to write instead
  removed,     // coturn had it once; `note` says what to write instead
};

/// Which part of a value no output may show.
enum class Secret : std::uint8_t { none, whole, after_colon };

/// Settings in the making, with what only makes sense until all options are known.
struct Draft {
  explicit Draft(FileReader& reader) : files(reader) {}

  FileReader& files;
  Parsed parsed;
  bool long_term = false;  // -a
  bool verbose = false;
  bool very_verbose = false;
  bool log_is_stdout = false;  // named as the log itself: no-stdout-log does not count
  std::optional<LogLevel> min_level;
  std::optional<std::size_t> relay_threads;
  std::optional<std::size_t> cpus;
  std::vector<std::string> remarks;  // of the setter that runs, without the place

  /// Other options that the setter that runs has given, too: the same place, another name.
  std::vector<std::pair<std::string_view, std::string>> implied;

  Settings& settings() { return parsed.settings; }
};

struct Option {
  std::string_view name;  // empty: it has a letter only
  char letter = 0;
  Kind kind = Kind::boolean;
  std::string_view value_name;     // for the reader: `PORT`
  std::string_view default_value;  // as it would be written; empty: none
  std::string_view unit;
  std::string_view help;     // a sentence or two
  std::string_view example;  // for the commented files, where there is no default
  State state = State::works;
  std::string_view note;
  /// Of an ignored option: the value that asks for nothing and needs no warning.
  std::string_view off = "false";
  Secret secret = Secret::none;
  bool letter_takes_value = false;  // of a boolean: coturn's letter string has it so
  bool command_line_only = false;
  /// Null where nothing is to be set.
  Result<void> (*set)(Draft& draft, std::string_view value) = nullptr;

  bool takes_value() const { return kind == Kind::value || kind == Kind::list; }
};

/// Applies one assignment to the draft, adding its warnings to `draft.parsed`.
std::expected<void, Failure> apply(Draft& draft, const Assignment& assignment);

/// What can only be said about all options together: contradictions, and values that follow from
/// others.
std::expected<void, Failure> finish(Draft& draft);

}  // namespace relay::options
