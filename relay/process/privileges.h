// What the process may do: fewer rights once its sockets are bound, and enough open files for a
// socket per allocation.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

namespace relay::process {

/// A user and a group, looked up before anything is opened, so that a misspelt name is told at
/// once.
struct Identity {
  unsigned user = 0;
  unsigned group = 0;
  bool change_user = false;
  bool change_group = false;
};

/// `user` and `group` are names or numbers; empty: as it is. A user alone brings its own group. The
/// error is a sentence.
std::expected<Identity, std::string> find_identity(const std::string& user,
                                                   const std::string& group);

/// For all threads, for good, supplementary groups included. The error is a sentence; nothing may
/// be served after one.
std::expected<void, std::string> become(const Identity& identity);

/// Raises the limit on open files as far as it goes and gives it.
std::size_t raise_open_files_limit();

}  // namespace relay::process
