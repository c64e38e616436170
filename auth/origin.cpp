#include "auth/origin.h"

#include <algorithm>

namespace auth {

std::optional<Origin> Origin::parse(std::string_view text) {
  Origin origin;
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.empty() || text.size() > max_size || text == "null") return std::nullopt;
  std::ranges::transform(text, origin.text_.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  origin.size_ = text.size();
  for (const auto& [scheme, port] :
       {std::pair<std::string_view, std::string_view>{"http://", ":80"}, {"https://", ":443"}}) {
    if (origin.text().starts_with(scheme) && origin.text().ends_with(port)) {
      origin.size_ -= port.size();
    }
  }
  return origin;
}

}  // namespace auth
