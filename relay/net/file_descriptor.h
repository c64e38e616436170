// A file descriptor with one owner, closed when the owner goes.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace relay::net {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = other.release();
    }
    return *this;
  }
  ~FileDescriptor() { close(); }

  bool is_open() const { return fd_ >= 0; }
  int number() const { return fd_; }
  /// The caller closes it from now on.
  int release() { return std::exchange(fd_, -1); }
  void close() {
    if (is_open()) ::close(release());
  }

 private:
  int fd_ = -1;
};

/// Nothing can be opened: this process, or the machine, has as many descriptors as it may.
inline bool out_of_descriptors() {
  const FileDescriptor one_more(::dup(STDERR_FILENO));
  return !one_more.is_open() && (errno == EMFILE || errno == ENFILE);
}

}  // namespace relay::net
