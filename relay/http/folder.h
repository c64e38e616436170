// A folder whose files are served, --web-root. What a path asks for is looked for beneath the
// folder and nowhere else: neither `..`, percent-encoded or not, nor a symbolic link leads out of
// it, and what begins with a dot is not there. Const; shared by all workers.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "relay/http/request.h"
#include "relay/http/response.h"
#include "relay/net/file_descriptor.h"

namespace relay::http {

class Folder {
 public:
  /// The error says why it cannot be read.
  static std::expected<std::unique_ptr<Folder>, std::string> open(const std::string& path);

  /// Nothing where there is no such file.
  std::optional<Response> answer(const Request& request) const;

 private:
  explicit Folder(net::FileDescriptor root) : root_(std::move(root)) {}
  net::FileDescriptor open_beneath(const std::string& path) const;
  net::FileDescriptor open_step_by_step(const std::string& path) const;

  const net::FileDescriptor root_;
};

/// The path of a URL as that of a file, relative; nothing where no file may be meant.
std::optional<std::string> file_path(std::string_view url_path);

}  // namespace relay::http
