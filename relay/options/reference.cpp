// conf/reference.md, from the table.
#include <fmt/format.h>

#include "relay/options/output.h"
#include "relay/options/table.h"

namespace relay::options {
namespace {

/// For a cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string name_cell(const Option& option) {
  std::string names = option.letter ? fmt::format("`-{}`", option.letter) : std::string();
  if (!option.name.empty()) {
    names += fmt::format("{}`{}`", names.empty() ? "" : " ", option.name);
  }
  return names;
}

std::string value_cell(const Option& option) {
  switch (option.kind) {
    case Kind::flag:
      return "";
    case Kind::boolean:
      return "true, false";
    case Kind::optional_number:
    case Kind::optional_word:
      return cell(fmt::format("[{}]", option.value_name));
    case Kind::value:
      return cell(option.value_name);
    case Kind::list:
      return cell(fmt::format("{} ...", option.value_name));
  }
  return "";
}

std::string default_cell(const Option& option) {
  if (option.default_value.empty()) return "";
  return option.unit.empty() ? fmt::format("`{}`", option.default_value)
                             : fmt::format("`{}` {}", option.default_value, option.unit);
}

std::string meaning_cell(const Option& option) {
  switch (option.state) {
    case State::works:
      return cell(option.help);
    case State::ignored:
      return cell(fmt::format("{} *Ignored: {}.*", option.help, option.note));
    case State::deprecated:
      return cell(fmt::format("{} *Deprecated: {}.*", option.help, option.note));
    case State::removed:
      return cell(fmt::format("{} *Removed: {}.*", option.help, option.note));
  }
  return "";
}

}  // namespace

std::string reference_page() {
  std::string page =
      "# Options of turnserver\n\n"
      "On the command line a long name has two dashes before it; in `turnserver.conf` it begins a "
      "line; in `turnserver.yaml` it is a key. The file is applied first and the command line "
      "after "
      "it: a later value replaces an earlier one, and where `...` stands they add up. A switch "
      "without a value is true. This page is what `turnserver --print-reference` prints.\n";
  for (const Group& group : groups()) {
    page += fmt::format("\n## {}\n\n| option | value | default | meaning |\n|---|---|---|---|\n",
                        group.title);
    for (const Option& option : group.options) {
      page += fmt::format("| {} | {} | {} | {} |\n", name_cell(option), value_cell(option),
                          default_cell(option), meaning_cell(option));
    }
  }
  return page;
}

}  // namespace relay::options
