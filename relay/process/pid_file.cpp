#include "relay/process/pid_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace relay::process {
namespace {

std::string first_line(int file) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  const std::string all(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return all.substr(0, all.find('\n'));
}

}  // namespace

std::expected<PidFile, std::string> PidFile::create(std::string path) {
  net::FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file.is_open()) {
    return std::unexpected(fmt::format(
        "cannot write the pid file {}: {}; name a place where this user may write with --pidfile",
        path, std::strerror(errno)));
  }
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    const std::string owner = first_line(file.number());
    return std::unexpected(
        fmt::format("the pid file {} belongs to a server that runs already{}; stop that one, or "
                    "name another file with --pidfile",
                    path, owner.empty() ? "" : ", process " + owner));
  }
  const std::string text = fmt::format("{}\n", ::getpid());
  if (::ftruncate(file.number(), 0) != 0 ||
      ::pwrite(file.number(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return std::unexpected(
        fmt::format("cannot write the pid file {}: {}", path, std::strerror(errno)));
  }
  return PidFile(std::move(path), std::move(file));
}

PidFile::~PidFile() {
  if (!file_.is_open()) return;  // moved from
  if (::unlink(path_.c_str()) != 0) {
    [[maybe_unused]] const int emptied = ::ftruncate(file_.number(), 0);
  }
}

}  // namespace relay::process
