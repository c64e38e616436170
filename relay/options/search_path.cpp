#include "relay/options/search_path.h"

#include <fmt/format.h>

#include <array>

namespace relay::options {

std::vector<std::string> search_path(std::string_view name) {
  std::vector<std::string> paths{std::string(name)};
  if (name.starts_with('/')) return paths;
  static constexpr std::array folders = {"./", "./etc/", "../etc/", "/etc/", "/usr/local/etc/"};
  for (const std::string_view folder : folders) {
    for (const std::string_view below : {"", "turnserver/", "coturn/"}) {
      paths.push_back(fmt::format("{}{}{}", folder, below, name));
    }
  }
  return paths;
}

std::expected<std::optional<FoundFile>, std::string> find_file(std::string_view name,
                                                               FileReader& files) {
  for (std::string& path : search_path(name)) {
    auto text = files.read(path);
    if (text) return FoundFile{std::move(path), *std::move(text)};
    if (!text.error().missing) {
      return std::unexpected(fmt::format("cannot read {}: {}; make it readable, or start with -n",
                                         path, text.error().reason));
    }
  }
  return std::nullopt;
}

}  // namespace relay::options
