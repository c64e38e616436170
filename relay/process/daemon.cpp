#include "relay/process/daemon.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace relay::process {
namespace {

constexpr char ready_mark = 'r';

/// Waits for the child to be ready or to end, and ends likewise.
[[noreturn]] void be_the_parent(pid_t child, const net::FileDescriptor& from_child) {
  char mark = 0;
  ssize_t got = 0;
  do {
    got = ::read(from_child.number(), &mark, 1);
  } while (got < 0 && errno == EINTR);
  if (got == 1 && mark == ready_mark) ::_exit(0);

  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

}  // namespace

std::expected<Daemon, std::string> Daemon::fork_away() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return std::unexpected(fmt::format("cannot go to the background: {}", std::strerror(errno)));
  }
  net::FileDescriptor read_end(ends[0]);
  net::FileDescriptor write_end(ends[1]);
  std::fflush(nullptr);  // or both processes would print what is buffered
  const pid_t child = ::fork();
  if (child < 0) {
    return std::unexpected(fmt::format("cannot go to the background: {}", std::strerror(errno)));
  }
  if (child > 0) {
    write_end.close();
    be_the_parent(child, read_end);
  }
  ::setsid();
  return Daemon(std::move(write_end));
}

void Daemon::ready() {
  std::fflush(nullptr);
  const net::FileDescriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::dup2(nothing.number(), standard);
  }
  [[maybe_unused]] const auto written = ::write(to_parent_.number(), &ready_mark, 1);
  to_parent_.close();
}

}  // namespace relay::process
