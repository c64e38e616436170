#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "relay/options/output.h"

namespace relay::options {
namespace {

std::string reference(ReferenceFormat format) {
  switch (format) {
    case ReferenceFormat::markdown:
      return reference_page();
    case ReferenceFormat::yaml:
      return yaml_template();
    case ReferenceFormat::conf:
      return conf_template();
  }
  return "";
}

}  // namespace

std::string answer(const Parsed& parsed, std::size_t columns) {
  switch (parsed.action) {
    case Action::run:
      return "";
    case Action::help:
      return help_text(columns);
    case Action::version:
      return fmt::format("turnbox {}\n", TURNBOX_VERSION);
    case Action::check_config:
      return check_report(parsed);
    case Action::print_config:
      return effective_config(parsed);
    case Action::print_reference:
      return reference(parsed.reference_format);
  }
  return "";
}

std::size_t terminal_columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace relay::options
