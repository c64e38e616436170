// The two configuration files that are shipped: every option, explained, with its default or an
// example, commented out.
#include <fmt/format.h>

#include <algorithm>

#include "relay/options/output.h"
#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr std::size_t columns = 80;

bool belongs_into_a_file(const Option& option) {
  return !option.command_line_only &&
         (option.state == State::works || option.state == State::ignored);
}

std::string_view sample(const Option& option) {
  if (option.kind == Kind::flag) return "true";
  return option.default_value.empty() ? option.example : option.default_value;
}

std::string comment(std::string_view text) {
  std::string lines;
  for (const std::string& line : wrap(text, columns - 2)) lines += fmt::format("# {}\n", line);
  return lines;
}

std::string explanation(const Option& option) {
  std::string text(option.help);
  if (!option.unit.empty()) text += fmt::format(" In {}.", option.unit);
  if (option.kind == Kind::list) text += " May be repeated.";
  const bool tells = option.help.find("Without it") != std::string_view::npos;
  if (option.default_value.empty() && !tells) text += " Not set by default.";
  if (option.state == State::ignored) text += fmt::format(" Ignored: {}.", option.note);
  return comment(text);
}

template <typename Setting>
std::string render(std::string text, Setting setting) {
  for (const Group& group : groups()) {
    if (std::ranges::none_of(group.options, belongs_into_a_file)) continue;
    text += fmt::format("\n\n# {:-<{}}\n", fmt::format("{} ", group.title), columns - 2);
    for (const Option& option : group.options) {
      if (!belongs_into_a_file(option)) continue;
      text += fmt::format("\n{}{}", explanation(option), setting(option));
    }
  }
  return text;
}

}  // namespace

std::string yaml_template() {
  return render(
      comment("Settings of turnserver. What stands here is the default, or an example where there "
              "is none: take the # away and change it. The command line has precedence. "
              "turnserver --check-config says whether the file is sound."),
      [](const Option& option) {
        const std::string value = yaml_scalar(sample(option));
        return option.kind == Kind::list ? fmt::format("#{}:\n#  - {}\n", option.name, value)
                                         : fmt::format("#{}: {}\n", option.name, value);
      });
}

std::string conf_template() {
  return render(
      comment("Settings of turnserver in coturn's format: name=value, a comment has a line of its "
              "own. What stands here is the default, or an example where there is none: take the # "
              "away and change it. The command line has precedence. turnserver --check-config says "
              "whether the file is sound."),
      [](const Option& option) { return fmt::format("#{}={}\n", option.name, sample(option)); });
}

}  // namespace relay::options
