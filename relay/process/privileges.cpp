#include "relay/process/privileges.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

namespace relay::process {
namespace {

std::optional<unsigned> as_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::unexpected<std::string> failed(std::string_view what) {
  return std::unexpected(
      fmt::format("cannot {}: {}; start as root, or without --proc-user and "
                  "--proc-group",
                  what, std::strerror(errno)));
}

}  // namespace

std::expected<Identity, std::string> find_identity(const std::string& user,
                                                   const std::string& group) {
  Identity identity;
  if (!user.empty()) {
    const auto number = as_number(user);
    const passwd* entry = number ? ::getpwuid(*number) : ::getpwnam(user.c_str());
    if (entry == nullptr && !number) {
      return std::unexpected(fmt::format("--proc-user {}: there is no such user", user));
    }
    identity.user = entry != nullptr ? entry->pw_uid : *number;
    identity.change_user = true;
    if (entry != nullptr) {
      identity.group = entry->pw_gid;
      identity.change_group = true;
    }
  }
  if (!group.empty()) {
    const auto number = as_number(group);
    const ::group* entry = number ? ::getgrgid(*number) : ::getgrnam(group.c_str());
    if (entry == nullptr && !number) {
      return std::unexpected(fmt::format("--proc-group {}: there is no such group", group));
    }
    identity.group = entry != nullptr ? entry->gr_gid : *number;
    identity.change_group = true;
  }
  return identity;
}

std::expected<void, std::string> become(const Identity& identity) {
  const bool is_there = (!identity.change_user || ::geteuid() == identity.user) &&
                        (!identity.change_group || ::getegid() == identity.group);
  if (is_there && ::geteuid() != 0) return {};
  if (identity.change_user || identity.change_group) {
    if (::setgroups(0, nullptr) != 0) return failed("give up supplementary groups");
  }
  if (identity.change_group && ::setgid(identity.group) != 0) return failed("change the group");
  if (identity.change_user && ::setuid(identity.user) != 0) return failed("change the user");
  if (identity.change_user && identity.user != 0 && ::setuid(0) == 0) {
    return std::unexpected("privileges could be taken back after they were dropped; not serving");
  }
  return {};
}

std::size_t raise_open_files_limit() {
  constexpr rlim_t wanted = 1 << 20;  // the kernel's own ceiling unless fs.nr_open says otherwise
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit highest{wanted, std::max(wanted, limit.rlim_max)};
  if (limit.rlim_cur < wanted && ::setrlimit(RLIMIT_NOFILE, &highest) != 0) {
    const rlimit allowed{std::min(wanted, limit.rlim_max), limit.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &allowed);
  }
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace relay::process
