#include "relay/state_folder.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace relay {
namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT: nobody sets variables
  return value == nullptr ? "" : value;
}

}  // namespace

std::string state_folder() {
  // systemd may name several, with colons between.
  if (const std::string given = environment("STATE_DIRECTORY"); !given.empty()) {
    return given.substr(0, given.find(':'));
  }
  const std::string common = "/var/lib/turnserver";
  std::error_code error;
  std::filesystem::create_directories(common, error);
  const std::string home = environment("HOME");
  if (::access(common.c_str(), W_OK) == 0 || home.empty()) return common;
  return home + "/.local/state/turnserver";
}

}  // namespace relay
