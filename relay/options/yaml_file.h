// turnserver.yaml: the long names as keys of one flat map; lists for what may be repeated.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "relay/options/conf_file.h"

namespace relay::options {

/// Unlike in the flat file an unknown key is an error. The error is a message for a person.
std::expected<FileContent, std::string> read_yaml(std::string_view text, const std::string& path);

}  // namespace relay::options
