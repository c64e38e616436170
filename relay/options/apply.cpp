// One assignment becomes a setting, or a sentence about why it does not.
#include <fmt/format.h>

#include "relay/options/option.h"
#include "relay/options/table.h"

namespace relay::options {
namespace {

/// What the setter gets: coturn's meaning of an option without a value.
std::string_view effective_value(const Option& option, const Assignment& assignment) {
  if (assignment.value) return *assignment.value;
  return option.kind == Kind::boolean ? "true" : option.default_value;
}

/// An ignored option that asks for what is so anyway.
bool asks_for_nothing(const Option& option, std::string_view value) {
  if (option.kind == Kind::flag) return false;
  if (option.kind != Kind::boolean) return value.empty() || value == "0";
  return *boolean(value) == *boolean(option.off);
}

Result<void> set(Draft& draft, const Option& option, std::string_view value) {
  if (option.kind == Kind::boolean) {
    if (const Result<bool> valid = boolean(value); !valid) return checked(valid);
  }
  return option.set ? option.set(draft, value) : Result<void>();
}

/// The line with a caret; of a secret only that there is one.
std::string excerpt(const Option& option, const Assignment& assignment, std::size_t at) {
  const Place& place = assignment.place;
  if (!assignment.value || option.secret == Secret::none) {
    return with_caret(place.text, place.column + at);
  }
  return with_caret(place.text.substr(0, place.column) + "***", place.column);
}

void warn_about_state(Draft& draft, const Option& option, const Place& place,
                      std::string_view value) {
  auto& warnings = draft.parsed.warnings;
  switch (option.state) {
    case State::works:
      return;
    case State::ignored:
      if (asks_for_nothing(option, value)) return;
      warnings.push_back(fmt::format("{}: {}, ignored", place.label(), option.note));
      return;
    case State::deprecated:
      warnings.push_back(fmt::format("{}: deprecated; {}", place.label(), option.note));
      return;
    case State::removed:
      warnings.push_back(fmt::format("{}: no longer exists; {}", place.label(), option.note));
      return;
  }
}

}  // namespace

std::expected<void, Failure> apply(Draft& draft, const Assignment& assignment) {
  const Option& option = *assignment.option;
  const Place& place = assignment.place;
  if (option.command_line_only && !place.file.empty()) {
    draft.parsed.warnings.push_back(
        fmt::format("{}: has a meaning on the command line only, ignored", place.label()));
    return {};
  }
  if (option.takes_value() && !assignment.value) {
    return std::unexpected(
        Failure{fmt::format("{}: a value is missing; write {}", place.label(), option.value_name) +
                with_caret(place.text, place.text.size())});
  }
  const std::string_view value = effective_value(option, assignment);
  if (const Result<void> done = set(draft, option, value); !done) {
    return std::unexpected(Failure{fmt::format("{}: {}", place.label(), done.error().message) +
                                   excerpt(option, assignment, done.error().at)});
  }
  warn_about_state(draft, option, place, value);
  for (const std::string& remark : draft.remarks) {
    draft.parsed.warnings.push_back(fmt::format("{}: {}", place.label(), remark));
  }
  draft.remarks.clear();
  draft.parsed.given.push_back(assignment);
  for (auto& [name, implied_value] : draft.implied) {
    draft.parsed.given.push_back({find_option(name), std::move(implied_value), place});
  }
  draft.implied.clear();
  return {};
}

}  // namespace relay::options
