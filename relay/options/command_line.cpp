#include "relay/options/command_line.h"

#include <fmt/format.h>
#include <getopt.h>

#include <cstring>

#include "relay/options/suggest.h"
#include "relay/options/table.h"

namespace relay::options {
namespace {

/// getopt returns this plus the index for a long option, and the letter for a short one.
constexpr int first_long = 256;

/// The table as getopt_long wants it.
struct GetoptTable {
  std::vector<const Option*> options;
  std::vector<option> long_options;
  std::string letters;

  GetoptTable();
  /// For what getopt returned, or left in optopt.
  const Option* find(int value) const {
    if (value >= first_long) return options[static_cast<std::size_t>(value - first_long)];
    return find_option(static_cast<char>(value));
  }
};

GetoptTable::GetoptTable() : letters(":" + letter_string()) {
  for (const Group& group : groups()) {
    for (const Option& row : group.options) {
      if (row.name.empty()) continue;
      const int argument = row.takes_value()        ? required_argument
                           : row.kind == Kind::flag ? no_argument
                                                    : optional_argument;
      // The names are string literals: they end in a zero.
      long_options.push_back(
          {row.name.data(), argument, nullptr, first_long + static_cast<int>(options.size())});
      options.push_back(&row);
    }
  }
  long_options.push_back({nullptr, 0, nullptr, 0});
}

/// The option that getopt stands at, as written, and where its value is in which word.
Place current_place(char* const* words, const Option& option, bool is_long) {
  Place place;
  place.written = is_long ? fmt::format("--{}", option.name) : fmt::format("-{}", option.letter);
  const char* word = words[optind - 1];
  if (!optarg) {
    place.text = is_long ? std::string(word) : place.written;
    place.column = place.text.size();
  } else if (optarg == word) {
    place.text = fmt::format("{} {}", words[optind - 2], word);
    place.column = std::strlen(words[optind - 2]) + 1;
  } else {
    place.text = word;
    place.column = static_cast<std::size_t>(optarg - word);
  }
  return place;
}

std::string unknown_long(std::string_view word) {
  word = word.substr(0, word.find('='));
  const std::string_view beginning = word.substr(2);
  std::string candidates;
  for (const Group& group : groups()) {
    for (const Option& row : group.options) {
      if (!row.name.starts_with(beginning)) continue;
      candidates += fmt::format("{}--{}", candidates.empty() ? "" : ", ", row.name);
    }
  }
  if (!candidates.empty()) return fmt::format("{}: could be any of {}", word, candidates);
  const std::string_view nearest = nearest_option(word);
  if (nearest.empty()) {
    return fmt::format("{}: unknown option; turnserver --help lists all of them", word);
  }
  return fmt::format("{}: unknown option; did you mean --{}?", word, nearest);
}

/// getopt returned `?` or `:`.
std::string wrong_option(const GetoptTable& table, char* const* words, int returned) {
  const Option* option = optopt == 0 ? nullptr : table.find(optopt);
  if (!option) {
    if (optopt == 0) return unknown_long(words[optind - 1]);
    return fmt::format("-{}: unknown option; turnserver --help lists all of them",
                       static_cast<char>(optopt));
  }
  const std::string name =
      optopt >= first_long ? fmt::format("--{}", option->name) : fmt::format("-{}", option->letter);
  if (returned == ':') {
    return fmt::format("{0}: a value is missing; write {0} {1}", name, option->value_name);
  }
  return fmt::format("{0}: takes no value; write {0} alone", name);
}

}  // namespace

std::string letter_string() {
  std::string letters;
  for (const Group& group : groups()) {
    for (const Option& row : group.options) {
      if (row.letter == 0) continue;
      letters += row.letter;
      if (row.takes_value() || row.letter_takes_value) letters += ':';
    }
  }
  return letters;
}

LooseWords find_loose_words(std::span<const char* const> arguments) {
  LooseWords found;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "-h" || word == "--help") found.help = true;
    if (word == "--version") found.version = true;
    if (word == "-n") found.no_config_file = true;
    if (word == "-c" && i + 1 < arguments.size()) found.config_file = arguments[i + 1];
  }
  return found;
}

std::expected<CommandLine, std::string> read_command_line(std::span<const char* const> arguments) {
  const GetoptTable table;
  // getopt reorders the words and promises not to write into them.
  std::vector<char*> words;
  for (const char* argument : arguments) words.push_back(const_cast<char*>(argument));
  words.push_back(nullptr);
  const int count = static_cast<int>(arguments.size());

  CommandLine result;
  optind = 0;  // glibc: start from scratch.
  opterr = 0;
  int got = 0;
  while ((got = getopt_long(count, words.data(), table.letters.c_str(), table.long_options.data(),
                            nullptr)) != -1) {
    if (got == '?' || got == ':') return std::unexpected(wrong_option(table, words.data(), got));
    const Option& option = *table.find(got);
    Place place = current_place(words.data(), option, got >= first_long);
    const std::string_view word = words[static_cast<std::size_t>(optind) - 1];
    const bool loose = (got == 'n' && word == "-n") || place.text.starts_with("-c ");
    if (loose) continue;
    Assignment assignment{.option = &option, .value = {}, .place = std::move(place)};
    if (optarg) assignment.value = optarg;
    result.assignments.push_back(std::move(assignment));
  }
  for (int i = optind; i < count; ++i) {
    result.words.emplace_back(words[static_cast<std::size_t>(i)]);
    result.warnings.push_back(fmt::format(
        "\"{}\" belongs to no option, ignored; an optional value is written --option=VALUE",
        result.words.back()));
  }
  return result;
}

}  // namespace relay::options
