#include "relay/cpu_quota.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace relay {
namespace {

namespace fs = std::filesystem;

/// The value that this file holds, or nothing when there is none.
template <typename T>
std::optional<T> read_value(const fs::path& file) {
  std::ifstream in(file);
  T value{};
  if (in >> value) return value;
  return std::nullopt;
}

/// cgroup v2: `cpu.max` holds `QUOTA PERIOD` in microseconds, or `max PERIOD`.
std::optional<double> quota_v2(const fs::path& directory) {
  std::ifstream in(directory / "cpu.max");
  double quota = 0, period = 0;
  if (in >> quota >> period && quota > 0 && period > 0) return quota / period;
  return std::nullopt;
}

/// cgroup v1: a quota of -1 is none.
std::optional<double> quota_v1(const fs::path& directory) {
  const auto quota = read_value<double>(directory / "cpu.cfs_quota_us");
  const auto period = read_value<double>(directory / "cpu.cfs_period_us");
  if (quota && period && *quota > 0 && *period > 0) return *quota / *period;
  return std::nullopt;
}

/// Where a group's directory is: `group` below `mount`, or `mount` itself when a container shows
/// its own group as the root.
template <typename ReadQuota>
std::optional<double> least_on_the_way_up(const fs::path& mount, fs::path group,
                                          ReadQuota read_quota) {
  std::optional<double> least;
  for (group = group.relative_path();; group = group.parent_path()) {
    if (const auto quota = read_quota(mount / group)) {
      least = std::min(*quota, least.value_or(*quota));
    }
    if (group.empty()) return least;
  }
}

bool names_cpu_controller(const std::string& controllers) {
  std::istringstream in(controllers);
  std::string name;
  while (std::getline(in, name, ',')) {
    if (name == "cpu") return true;
  }
  return false;
}

}  // namespace

std::optional<double> cpu_quota(const fs::path& root) {
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  std::string line;
  std::optional<double> least;
  const auto consider = [&](std::optional<double> quota) {
    if (quota) least = std::min(*quota, least.value_or(*quota));
  };
  while (std::getline(groups, line)) {  // HIERARCHY:CONTROLLERS:GROUP
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) {
      consider(least_on_the_way_up(mounts, group, quota_v2));
    } else if (names_cpu_controller(controllers)) {
      consider(least_on_the_way_up(mounts / "cpu", group, quota_v1));
      consider(least_on_the_way_up(mounts / controllers, group, quota_v1));
    }
  }
  return least;
}

}  // namespace relay
