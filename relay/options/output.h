// Everything that the table prints: help, reference, configuration files, settings in effect.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "relay/options/option.h"

namespace relay::options {

/// `text` broken at blanks into lines of at most `width` bytes; a longer word stands alone.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// `text` as a YAML scalar, quoted where it would mean something else.
std::string yaml_scalar(std::string_view text);

/// What --help shows, `columns` wide.
std::string help_text(std::size_t columns);
/// conf/reference.md.
std::string reference_page();
/// conf/turnserver.yaml and conf/turnserver.conf: every option, explained, as a comment.
std::string yaml_template();
std::string conf_template();
/// The settings in effect as turnserver.yaml.
std::string effective_config(const Parsed& parsed);
/// What would run, in a few lines.
std::string check_report(const Parsed& parsed);

}  // namespace relay::options
