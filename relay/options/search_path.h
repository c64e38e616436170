// Where a configuration file is looked for: the places of coturn, in its order.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/options/file_reader.h"

namespace relay::options {

/// Every path that `name` is tried at; an absolute name is only itself.
std::vector<std::string> search_path(std::string_view name);

struct FoundFile {
  std::string path;
  std::string text;
};

/// The first that exists, or nothing. One that exists and cannot be read is an error, a message for
/// a person.
std::expected<std::optional<FoundFile>, std::string> find_file(std::string_view name,
                                                               FileReader& files);

}  // namespace relay::options
