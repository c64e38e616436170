// The files of this folder, embedded into the binary at build time (embed.cmake).
#pragma once

#include <span>
#include <string_view>

namespace relay::web {

struct File {
  std::string_view name;
  std::string_view content;
};

/// Sorted by name.
std::span<const File> files();

}  // namespace relay::web
