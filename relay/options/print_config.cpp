// --print-config: the settings in effect, each with the place that it comes from.
#include <fmt/format.h>

#include "relay/options/output.h"
#include "relay/options/table.h"

namespace relay::options {
namespace {

std::string shown_value(const Option& option, const Assignment& assignment) {
  const std::string value = assignment.value.value_or(
      option.kind == Kind::boolean ? std::string("true") : std::string(option.default_value));
  if (option.kind == Kind::boolean) return *boolean(value) ? "true" : "false";
  switch (option.secret) {
    case Secret::none:
      return yaml_scalar(value);
    case Secret::whole:
      return yaml_scalar(value.empty() ? "" : "***");
    case Secret::after_colon:
      return yaml_scalar(value.substr(0, value.find(':')) + ":***");
  }
  return "";
}

void add_scalar(std::string& text, const Option& option, const Assignment* last) {
  if (last) {
    text += fmt::format("{}: {}  # {}\n", option.name, shown_value(option, *last),
                        last->place.source());
  } else if (option.default_value.empty()) {
    text += fmt::format("# {}: not set\n", option.name);
  } else {
    text += fmt::format("{}: {}  # default\n", option.name, yaml_scalar(option.default_value));
  }
}

void add_list(std::string& text, const Option& option,
              const std::vector<const Assignment*>& items) {
  if (items.empty()) {
    text += fmt::format("# {}: not set\n", option.name);
    return;
  }
  text += fmt::format("{}:\n", option.name);
  for (const Assignment* item : items) {
    text += fmt::format("  - {}  # {}\n", shown_value(option, *item), item->place.source());
  }
}

void add_option(std::string& text, const Option& option, const Parsed& parsed) {
  std::vector<const Assignment*> given;
  for (const Assignment& assignment : parsed.given) {
    if (assignment.option == &option) given.push_back(&assignment);
  }
  if (option.state != State::works) {
    for (const Assignment* assignment : given) {
      text += fmt::format("# {}: without effect  # {}\n", option.name, assignment->place.source());
    }
  } else if (option.kind == Kind::list) {
    add_list(text, option, given);
  } else {
    add_scalar(text, option, given.empty() ? nullptr : given.back());
  }
}

}  // namespace

std::string effective_config(const Parsed& parsed) {
  std::string text = fmt::format(
      "# Settings in effect of turnbox {}; secrets are hidden.\n# Configuration file: {}\n",
      TURNBOX_VERSION, parsed.config_file.empty() ? "none" : parsed.config_file);
  for (const Group& group : groups()) {
    std::string options;
    for (const Option& option : group.options) {
      if (!option.command_line_only) add_option(options, option, parsed);
    }
    if (!options.empty()) text += fmt::format("\n# {}\n{}", group.title, options);
  }
  return text;
}

}  // namespace relay::options
