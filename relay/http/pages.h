// The built-in pages: files of the binary, each under its name, `.html` left out. Const; shared by
// all workers.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "relay/http/request_head.h"
#include "relay/http/response.h"
#include "relay/web/files.h"

namespace relay::http {

class Pages {
 public:
  /// `files` outlive it.
  explicit Pages(std::span<const web::File> files);

  /// Nothing where there is no such page.
  std::optional<Response> find(std::string_view path, const RequestHead& head) const;

 private:
  struct Page {
    web::File file;
    std::string etag;
  };
  std::map<std::string, Page, std::less<>> by_path_;
};

/// Whether the client has this one already (RFC 9110 13.1.2).
bool has_current(const RequestHead& head, std::string_view etag);

}  // namespace relay::http
