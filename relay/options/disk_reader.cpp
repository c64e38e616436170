#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "relay/options/file_reader.h"

namespace relay::options {

std::expected<std::string, FileReader::Problem> DiskReader::read(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             &std::fclose);
  if (!file) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    return std::unexpected(Problem{missing, std::strerror(errno)});
  }
  std::string text(max_size + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) return std::unexpected(Problem{false, std::strerror(errno)});
  if (text.size() > max_size) return std::unexpected(Problem{false, "longer than 1 MiB"});
  return text;
}

}  // namespace relay::options
