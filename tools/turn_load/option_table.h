// Every option of turn_load: its name, what it takes, what it says in --help, and what it does.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tools/turn_load/options.h"

namespace turn_load {

/// What is wrong with a value; nothing: all is well.
using OptionError = std::optional<std::string>;

struct Option {
  std::string_view name;   // with its dashes
  std::string_view value;  // how --help calls it; empty: it takes none
  std::string_view help;
  OptionError (*apply)(Options&, std::string_view value);
};

std::span<const Option> option_table();

}  // namespace turn_load
