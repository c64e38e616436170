#include "relay/process/hand_over.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

namespace relay::process {
namespace {

bool is_ours(const std::filesystem::directory_entry& entry) {
  const auto name = entry.path().filename();
  std::error_code error;
  return entry.symlink_status(error).type() == std::filesystem::file_type::regular &&
         entry.hard_link_count(error) == 1 &&
         (name == "lock" || name == "auth-secret" || name.extension() == ".pem" ||
          name.extension() == ".new");
}

}  // namespace

std::expected<void, std::string> hand_over(const std::string& folder, const Identity& identity) {
  if (!identity.change_user || ::geteuid() != 0 || identity.user == 0) return {};
  std::error_code error;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (!is_ours(entry)) {
      return std::unexpected(
          fmt::format("{} holds other files ({}), so it is not given to --proc-user and the "
                      "certificate in it cannot be renewed; give a folder of its own with "
                      "--state-dir",
                      folder, entry.path().filename().string()));
    }
    names.push_back(entry.path().string());
  }
  names.push_back(folder);  // The last: from then on the user may change what is in it.
  const gid_t group = identity.change_group ? identity.group : static_cast<gid_t>(-1);
  for (const std::string& name : names) {
    if (::lchown(name.c_str(), identity.user, group) != 0) {
      return std::unexpected(
          fmt::format("{}: cannot be given to --proc-user: {}", name, std::strerror(errno)));
    }
  }
  return {};
}

}  // namespace relay::process
