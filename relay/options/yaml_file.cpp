#include "relay/options/yaml_file.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "relay/options/suggest.h"
#include "relay/options/table.h"
#include "relay/options/yaml_reader.h"

namespace relay::options {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

YamlReader::YamlReader(std::string_view text, const std::string& path)
    : path_(path), lines_(lines_of(text)) {}

std::expected<FileContent, std::string> YamlReader::read(const YAML::Node& root) {
  if (root.IsNull()) return std::move(content_);
  if (!root.IsMap()) return wrong(root.Mark(), "write one \"name: value\" per line");
  for (const auto& entry : root) {
    if (auto done = read_entry(entry.first, entry.second); !done) {
      return std::unexpected(std::move(done.error()));
    }
  }
  return std::move(content_);
}

YamlReader::Outcome YamlReader::read_entry(const YAML::Node& key, const YAML::Node& value) {
  if (!key.IsScalar()) return wrong(key.Mark(), "a key is the long name of an option");
  const std::string& name = key.Scalar();
  const Option* option = find_option(name);
  if (name == "realms" && value.IsMap() && seen_.insert(name).second) return read_realms(value);
  if (!option) {
    const std::string_view nearest = nearest_option(name);
    return wrong(key.Mark(),
                 nearest.empty()
                     ? fmt::format("unknown option \"{}\"", name)
                     : fmt::format("unknown option \"{}\"; did you mean \"{}\"?", name, nearest));
  }
  if (!seen_.insert(name).second) {
    return wrong(key.Mark(),
                 fmt::format("\"{}\" is here for the second time; {}", name,
                             option->kind == Kind::list ? "write one list" : "remove one of them"));
  }
  if (value.IsMap()) {
    return wrong(value.Mark(), fmt::format("\"{}\" has a value, not keys of its own; see "
                                           "turnserver --print-reference=yaml",
                                           name));
  }
  if (value.IsSequence()) return read_list(*option, value, name);
  if (value.IsNull()) {
    add_without_value(*option, key);
  } else {
    add(*option, value, name);
  }
  return {};
}

YamlReader::Outcome YamlReader::read_list(const Option& option, const YAML::Node& values,
                                          const std::string& written) {
  if (option.kind != Kind::list) {
    return wrong(values.Mark(), fmt::format("\"{}\" has one value, not a list", written));
  }
  for (const YAML::Node& value : values) {
    if (!value.IsScalar()) return wrong(value.Mark(), "an item of this list is one value");
    add(option, value, written);
  }
  return {};
}

void YamlReader::add(const Option& option, const YAML::Node& value, const std::string& written) {
  const YAML::Mark mark = value.Mark();
  // yaml-cpp marks what was quoted with the tag "!"; the value begins after the quote.
  const std::size_t quote = value.Tag() == "!" ? 1 : 0;
  Assignment assignment{.option = &option,
                        .value = {},
                        .place = {.file = path_,
                                  .line = static_cast<std::size_t>(mark.line) + 1,
                                  .written = written,
                                  .text = std::string(line(mark)),
                                  .column = static_cast<std::size_t>(mark.column) + quote}};
  if (option.kind != Kind::flag) assignment.value = value.Scalar();
  content_.assignments.push_back(std::move(assignment));
}

/// yaml-cpp has no place for a value that is not there: the end of the key's line it is.
void YamlReader::add_without_value(const Option& option, const YAML::Node& key) {
  const YAML::Mark mark = key.Mark();
  const std::string text(line(mark));
  content_.assignments.push_back({.option = &option,
                                  .value = {},
                                  .place = {.file = path_,
                                            .line = static_cast<std::size_t>(mark.line) + 1,
                                            .written = key.Scalar(),
                                            .text = text,
                                            .column = text.size()}});
}

std::string_view YamlReader::line(const YAML::Mark& mark) const {
  const auto number = static_cast<std::size_t>(mark.line);
  return mark.line >= 0 && number < lines_.size() ? lines_[number] : std::string_view();
}

std::unexpected<std::string> YamlReader::wrong(const YAML::Mark& mark,
                                               std::string_view what) const {
  if (mark.is_null()) return std::unexpected(fmt::format("{}: {}", path_, what));
  return std::unexpected(fmt::format("{}:{}: {}", path_, mark.line + 1, what) +
                         with_caret(line(mark), static_cast<std::size_t>(mark.column)));
}

std::expected<FileContent, std::string> read_yaml(std::string_view text, const std::string& path) {
  YamlReader reader(text, path);
  try {
    return reader.read(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& exception) {
    return reader.wrong(exception.mark, exception.msg);
  }
}

}  // namespace relay::options
