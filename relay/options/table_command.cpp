#include "relay/options/table.h"

#include <fmt/format.h>

namespace relay::options {
namespace {

/// The first action on the command line counts; help and version are found before (command_line).
Result<void> act(Draft& draft, Action action) {
  if (draft.parsed.action == Action::run) draft.parsed.action = action;
  return {};
}

Result<void> print_reference(Draft& draft, std::string_view value) {
  using enum ReferenceFormat;
  if (value == "markdown") {
    draft.parsed.reference_format = markdown;
  } else if (value == "yaml") {
    draft.parsed.reference_format = yaml;
  } else if (value == "conf") {
    draft.parsed.reference_format = conf;
  } else {
    return std::unexpected(ValueError{
        fmt::format("\"{}\" is not a reference format; write markdown, yaml or conf", value)});
  }
  return act(draft, Action::print_reference);
}

// `-c` and `-n` count as words of their own only; what reaches these setters came otherwise.
constexpr Option table[] = {
    {.letter = 'c',
     .kind = Kind::value,
     .value_name = "FILE",
     .help =
         "The configuration file, in coturn's format or, named .yaml or .yml, in YAML. Searched "
         "in ., ./etc, /etc, /usr/local/etc and in turnserver and coturn below each. Without "
         "it: turnserver.conf, else turnserver.yaml.",
     .command_line_only = true,
     .set =
         [](Draft& d, std::string_view) {
           d.remarks.push_back("counts as a word of its own only, ignored; write -c FILE");
           return Result<void>();
         }},
    {.letter = 'n',
     .kind = Kind::flag,
     .help = "Read no configuration file.",
     .command_line_only = true,
     .set =
         [](Draft& d, std::string_view) {
           d.remarks.push_back("counts as a word of its own only, ignored; write it apart");
           return Result<void>();
         }},
    {.name = "check-config",
     .kind = Kind::flag,
     .help = "Read and check everything, say what would run, and exit with 0 or 1.",
     .command_line_only = true,
     .set = [](Draft& d, std::string_view) { return act(d, Action::check_config); }},
    {.name = "print-config",
     .kind = Kind::flag,
     .help = "Print the settings in effect as turnserver.yaml, each with the place it comes from, "
             "secrets hidden.",
     .command_line_only = true,
     .set = [](Draft& d, std::string_view) { return act(d, Action::print_config); }},
    {.name = "print-reference",
     .kind = Kind::optional_word,
     .value_name = "markdown|yaml|conf",
     .default_value = "markdown",
     .help = "Print all options: as a page, or as a commented configuration file.",
     .command_line_only = true,
     .set = print_reference},
    {.name = "version",
     .kind = Kind::flag,
     .help = "Print the version.",
     .command_line_only = true,
     .set = [](Draft& d, std::string_view) { return act(d, Action::version); }},
    {.name = "help",
     .letter = 'h',
     .kind = Kind::flag,
     .help = "Print this text.",
     .command_line_only = true,
     .set = [](Draft& d, std::string_view) { return act(d, Action::help); }},
};

}  // namespace

constinit const std::span<const Option> command_options{table};

}  // namespace relay::options
