// The parameters of a query or a form (`a=1&b=%20`), and the same encoding the other way round.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace relay::http {

/// The first value of that name, decoded (`+` is a blank). Nothing: there is none, or its encoding
/// is broken.
std::optional<std::string> parameter(std::string_view query, std::string_view name);

/// All but letters, digits and `-._~` as %XX (RFC 3986 2.1).
std::string percent_encode(std::string_view text);
/// RFC 3986 2.1. Nothing: a % without its two digits.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace relay::http
