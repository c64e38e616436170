// "Did you mean": the known name nearest to what was written.
#pragma once

#include <cstddef>
#include <string_view>

namespace relay::options {

/// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest option's name, or empty when none is near. Leading dashes of `written` are ignored.
std::string_view nearest_option(std::string_view written);

}  // namespace relay::options
