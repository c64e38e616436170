// The table of all options: those of coturn 4.17, those it once had, and our own. Constant data.
#pragma once

#include <span>
#include <string_view>

#include "relay/options/option.h"

namespace relay::options {

struct Group {
  std::string_view title;
  std::span<const Option> options;
};

/// In the order in which people read them.
std::span<const Group> groups();

/// Null when there is none.
const Option* find_option(std::string_view name);
const Option* find_option(char letter);

/// One per file table_*.cpp.
extern const std::span<const Option> listening_options;
extern const std::span<const Option> relaying_options;
extern const std::span<const Option> peer_options;
extern const std::span<const Option> user_options;
extern const std::span<const Option> realm_options;
extern const std::span<const Option> limit_options;
extern const std::span<const Option> protocol_options;
extern const std::span<const Option> logging_options;
extern const std::span<const Option> process_options;
extern const std::span<const Option> command_options;
extern const std::span<const Option> tls_options;
extern const std::span<const Option> database_options;
extern const std::span<const Option> metrics_options;
extern const std::span<const Option> signaling_options;
extern const std::span<const Option> administration_options;
extern const std::span<const Option> balancing_options;
extern const std::span<const Option> removed_options;

}  // namespace relay::options
