#include "relay/options/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "relay/options/command_line.h"
#include "relay/options/conf_file.h"
#include "relay/options/option.h"
#include "relay/options/search_path.h"
#include "relay/options/table.h"
#include "relay/options/yaml_file.h"

namespace relay::options {
namespace {

using Outcome = std::expected<void, Failure>;

bool is_yaml(std::string_view path) { return path.ends_with(".yaml") || path.ends_with(".yml"); }

bool asks_for(const CommandLine& line, std::string_view name) {
  return std::ranges::any_of(line.assignments, [&](const Assignment& assignment) {
    return assignment.option->name == name;
  });
}

/// The file that was named, or the first of turnserver.conf and turnserver.yaml that exists.
std::expected<std::optional<FoundFile>, Failure> choose_file(Draft& draft, const LooseWords& loose,
                                                             bool checking) {
  auto& warnings = draft.parsed.warnings;
  if (loose.config_file) {
    auto found = find_file(*loose.config_file, draft.files);
    if (!found) return std::unexpected(Failure{std::move(found.error())});
    if (!*found) {
      const std::string missing = fmt::format("-c: cannot find {}", *loose.config_file);
      if (checking) return std::unexpected(Failure{missing});
      warnings.push_back(missing + "; going on without a configuration file");
    }
    return *std::move(found);
  }
  for (const std::string_view name : {"turnserver.conf", "turnserver.yaml"}) {
    auto found = find_file(name, draft.files);
    if (!found) {
      // Nobody named it: the file of another server on this host must not keep us from running.
      warnings.push_back(found.error());
      return std::nullopt;
    }
    if (*found) return *std::move(found);
  }
  return std::nullopt;
}

Outcome apply_all(Draft& draft, const std::vector<Assignment>& assignments) {
  for (const Assignment& assignment : assignments) {
    if (Outcome done = apply(draft, assignment); !done) return done;
  }
  return {};
}

Outcome apply_file(Draft& draft, const FoundFile& file) {
  auto content =
      is_yaml(file.path) ? read_yaml(file.text, file.path) : read_conf(file.text, file.path);
  if (!content) return std::unexpected(Failure{std::move(content.error())});
  draft.parsed.config_file = file.path;
  std::ranges::move(content->warnings, std::back_inserter(draft.parsed.warnings));
  return apply_all(draft, content->assignments);
}

}  // namespace

std::expected<Parsed, Failure> parse_command_line(std::span<const char* const> arguments,
                                                  FileReader& files) {
  Draft draft(files);
  const LooseWords loose = find_loose_words(arguments);
  if (loose.help || loose.version) {
    draft.parsed.action = loose.help ? Action::help : Action::version;
    return std::move(draft.parsed);
  }
  auto line = read_command_line(arguments);
  if (!line) return std::unexpected(Failure{std::move(line.error())});
  if (!loose.no_config_file && !asks_for(*line, "print-reference")) {
    auto file = choose_file(draft, loose, asks_for(*line, "check-config"));
    if (!file) return std::unexpected(std::move(file.error()));
    if (*file) {
      if (Outcome done = apply_file(draft, **file); !done) {
        return std::unexpected(std::move(done.error()));
      }
    }
  }
  draft.parsed.words = std::move(line->words);
  std::ranges::move(line->warnings, std::back_inserter(draft.parsed.warnings));
  if (Outcome done = apply_all(draft, line->assignments); !done) {
    return std::unexpected(std::move(done.error()));
  }
  if (Outcome done = finish(draft); !done) return std::unexpected(std::move(done.error()));
  return std::move(draft.parsed);
}

}  // namespace relay::options
