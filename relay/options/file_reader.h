// Where configuration files come from: the disk, or a test.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

namespace relay::options {

class FileReader {
 public:
  virtual ~FileReader() = default;

  struct Problem {
    bool missing = false;  // there is no such file; otherwise it is there and cannot be read
    std::string reason;    // as the system words it
  };
  virtual std::expected<std::string, Problem> read(const std::string& path) = 0;
};

/// Reads from the disk; a configuration file has at most `max_size` bytes.
class DiskReader : public FileReader {
 public:
  static constexpr std::size_t max_size = 1 << 20;
  std::expected<std::string, Problem> read(const std::string& path) override;
};

}  // namespace relay::options
