// The file that names the running process (--pidfile). Locked while the server runs, so that a
// second server finds out; gone when it ends.
#pragma once

#include <expected>
#include <string>

#include "relay/net/file_descriptor.h"

namespace relay::process {

class PidFile {
 public:
  /// Writes this process' number. The error is a sentence: no permission, or who runs already.
  static std::expected<PidFile, std::string> create(std::string path);
  PidFile(PidFile&&) = default;
  PidFile& operator=(PidFile&&) = delete;
  /// Removes the file, or empties it when privileges dropped since forbid that.
  ~PidFile();

 private:
  PidFile(std::string path, net::FileDescriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}
  std::string path_;
  net::FileDescriptor file_;
};

}  // namespace relay::process
