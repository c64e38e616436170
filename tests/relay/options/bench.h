// What the tests of the options share: files that exist in memory only, and short ways to parse.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "relay/options/options.h"

namespace relay::options {

class MemoryFiles : public FileReader {
 public:
  MemoryFiles() = default;
  explicit MemoryFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  std::expected<std::string, Problem> read(const std::string& path) override {
    asked.push_back(path);
    if (path == unreadable) return std::unexpected(Problem{false, "Permission denied"});
    const auto found = files_.find(path);
    if (found == files_.end()) return std::unexpected(Problem{true, "No such file or directory"});
    return found->second;
  }

  std::vector<std::string> asked;
  std::string unreadable;

 private:
  std::map<std::string, std::string> files_;
};

/// The words after `turnserver`.
using Words = std::vector<const char*>;

inline std::expected<Parsed, Failure> parse(Words words, FileReader& files) {
  words.insert(words.begin(), "turnserver");
  return parse_command_line(words, files);
}

/// Must succeed.
inline Parsed parsed(const Words& words, std::map<std::string, std::string> files = {}) {
  MemoryFiles memory(std::move(files));
  auto result = parse(words, memory);
  INFO((result ? "" : result.error().message));
  REQUIRE(result);
  return *std::move(result);
}

/// Must fail.
inline std::string failure(const Words& words, std::map<std::string, std::string> files = {}) {
  MemoryFiles memory(std::move(files));
  const auto result = parse(words, memory);
  REQUIRE_FALSE(result);
  CHECK(result.error().exit_code == 1);
  return result.error().message;
}

inline Parsed from_conf(const std::string& text) { return parsed({}, {{"turnserver.conf", text}}); }
inline std::string conf_failure(const std::string& text) {
  return failure({}, {{"turnserver.conf", text}});
}
inline Parsed from_yaml(const std::string& text) { return parsed({}, {{"turnserver.yaml", text}}); }
inline std::string yaml_failure(const std::string& text) {
  return failure({}, {{"turnserver.yaml", text}});
}

using Lines = std::vector<std::string>;

}  // namespace relay::options
