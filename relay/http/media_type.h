// What kind of file it is, by its name (RFC 9110 8.3), since nobody may guess it from the bytes.
#pragma once

#include <string_view>

namespace relay::http {

/// `application/octet-stream` where nothing is known.
std::string_view media_type_of(std::string_view file_name);

}  // namespace relay::http
