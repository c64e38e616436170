#include <fmt/format.h>

#include <algorithm>

#include "relay/options/output.h"
#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr std::size_t widest_left = 30;

/// `-p, --listening-port PORT`
std::string left_side(const Option& option) {
  std::string left = option.letter ? fmt::format("-{}", option.letter) : std::string("   ");
  if (!option.name.empty()) left += fmt::format("{} --{}", option.letter ? "," : "", option.name);
  if (option.takes_value()) {
    left += fmt::format(" {}", option.value_name);
  } else if (option.kind == Kind::optional_number || option.kind == Kind::optional_word) {
    left += fmt::format("[={}]", option.value_name);
  }
  return left;
}

std::string right_side(const Option& option) {
  std::string right(option.help);
  const bool plain_switch = option.kind == Kind::boolean && option.default_value == "false";
  if (!option.default_value.empty() && !plain_switch) {
    right += fmt::format(" [default: {}{}{}]", option.default_value, option.unit.empty() ? "" : " ",
                         option.unit);
  }
  if (option.kind == Kind::list) right += " May be repeated.";
  return right;
}

void add_option(std::string& text, const Option& option, std::size_t columns) {
  const std::string left = left_side(option);
  // A narrow terminal has no room for two columns.
  const std::size_t indent = columns < 70 ? 8 : widest_left + 4;
  text += "  " + left;
  std::size_t at = 2 + left.size();
  for (const std::string& line : wrap(right_side(option), columns - indent)) {
    if (at + 2 > indent) {
      text += '\n';
      at = 0;
    }
    text += std::string(indent - at, ' ') + line + '\n';
    at = 0;
  }
}

/// The names of all options in these states, as one wrapped paragraph.
void add_names(std::string& text, std::string_view title, std::size_t columns,
               std::initializer_list<State> states) {
  std::string names;
  for (const Group& group : groups()) {
    for (const Option& option : group.options) {
      if (std::ranges::find(states, option.state) == states.end()) continue;
      names += fmt::format("{}--{}", names.empty() ? "" : " ", option.name);
    }
  }
  text += fmt::format("\n{}:\n", title);
  for (const std::string& line : wrap(names, columns - 2)) text += fmt::format("  {}\n", line);
}

}  // namespace

std::string help_text(std::size_t columns) {
  columns = std::clamp<std::size_t>(columns, 40, 120);
  std::string text =
      "Usage: turnserver [option]...\n\n"
      "  turnserver -L 0.0.0.0 -a -u alice:secret -r example.org -v\n\n";
  const auto paragraphs = {
      "A STUN and TURN server that takes the options and files of coturn. Every long option may "
      "also stand in the configuration file, without dashes.",
      "An option without a value is a switch; --name=false turns it off."};
  for (const std::string_view paragraph : paragraphs) {
    for (const std::string& line : wrap(paragraph, columns)) text += line + '\n';
  }
  for (const Group& group : groups()) {
    const auto works = [](const Option& option) { return option.state == State::works; };
    if (std::ranges::none_of(group.options, works)) continue;
    text += fmt::format("\n{}:\n", group.title);
    for (const Option& option : group.options) {
      if (works(option)) add_option(text, option, columns);
    }
  }
  add_names(text, "Known, and ignored with a warning that says why", columns, {State::ignored});
  add_names(text, "Accepted for the sake of old files", columns,
            {State::deprecated, State::removed});
  return text;
}

}  // namespace relay::options
