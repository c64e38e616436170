#include "relay/options/conf_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "relay/options/suggest.h"
#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr std::string_view blanks = " \t\r\f\v";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// A line cut into name and value; positions are into the line.
struct Cut {
  std::string_view name;
  std::optional<std::string_view> value;
  std::size_t value_at = 0;
  bool quoted = false;
};

Cut cut(std::string_view line) {
  Cut cut;
  const std::size_t begin = line.find_first_not_of(blanks);
  const std::size_t end = std::min(line.find_first_of(" =\t", begin), line.size());
  cut.name = line.substr(begin, end - begin);
  const std::size_t value_at = line.find_first_not_of(" =\t", end);
  if (value_at == std::string_view::npos) {
    // `name=` has an empty value, `name` has none.
    if (line.find('=', end) != std::string_view::npos) cut.value = std::string_view();
    cut.value_at = line.size();
    return cut;
  }
  std::string_view value = line.substr(value_at);
  cut.quoted = value.size() > 1 && value.front() == '"' && value.back() == '"';
  if (cut.quoted) value = value.substr(1, value.size() - 2);
  cut.value = value;
  cut.value_at = value_at + (cut.quoted ? 1 : 0);
  return cut;
}

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  /// `line` holds a setting and has no blanks at its end.
  void read(std::string_view line, std::size_t number);
  FileContent take() { return std::move(content_); }

 private:
  void warn_of_likely_mistakes(const Cut& cut, const Place& place);
  void warn(const Place& place, std::string_view sentence) {
    content_.warnings.push_back(fmt::format("{}: {}", place.label(), sentence));
  }

  const std::string& path_;
  FileContent content_;
};

void Reader::read(std::string_view line, std::size_t number) {
  const Cut parts = cut(line);
  const Place place{.file = path_,
                    .line = number,
                    .written = std::string(parts.name),
                    .text = std::string(line),
                    .column = parts.value_at};
  const Option* option = find_option(parts.name);
  if (!option) {
    const std::string_view nearest = nearest_option(parts.name);
    warn(place, nearest.empty()
                    ? std::string("unknown option, ignored")
                    : fmt::format("unknown option, ignored; did you mean \"{}\"?", nearest));
    return;
  }
  warn_of_likely_mistakes(parts, place);
  Assignment assignment{.option = option, .value = {}, .place = place};
  if (parts.value && option->kind != Kind::flag) assignment.value = *parts.value;
  content_.assignments.push_back(std::move(assignment));
}

void Reader::warn_of_likely_mistakes(const Cut& parts, const Place& place) {
  if (!parts.value || parts.quoted) return;
  const std::string_view value = *parts.value;
  const std::size_t hash = value.find('#');
  if (hash != std::string_view::npos && hash > 0 && blanks.contains(value[hash - 1])) {
    warn(place, "what follows # is part of the value here; a comment needs a line of its own");
  }
  if (value.ends_with(';')) warn(place, "the ; at the end of the line is part of the value");
}

}  // namespace

std::expected<FileContent, std::string> read_conf(std::string_view text, const std::string& path) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  Reader reader(path);
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find_last_not_of(blanks) + 1);
    if (line.empty() || line[line.find_first_not_of(blanks)] == '#') continue;
    if (line.size() > max_conf_line) {
      return std::unexpected(
          fmt::format("{}:{}: the line is longer than {} characters", path, number, max_conf_line));
    }
    reader.read(line, number);
  }
  return reader.take();
}

}  // namespace relay::options
