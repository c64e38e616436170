// Going to the background (-o) without losing what went wrong on the way: the parent stays at the
// terminal until the child says that it serves, or ends with the child's exit code.
#pragma once

#include <expected>
#include <string>

#include "relay/net/file_descriptor.h"

namespace relay::process {

class Daemon {
 public:
  /// Forks; the child returns from this in a session of its own, the parent never does. Not after
  /// a thread was started. The error is a sentence.
  static std::expected<Daemon, std::string> fork_away();

  /// Lets the parent exit with 0 and turns away from the terminal: from now on standard input and
  /// both outputs are /dev/null.
  void ready();

 private:
  explicit Daemon(net::FileDescriptor to_parent) : to_parent_(std::move(to_parent)) {}
  net::FileDescriptor to_parent_;
};

}  // namespace relay::process
