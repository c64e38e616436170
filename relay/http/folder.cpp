#include "relay/http/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "relay/http/byte_range.h"
#include "relay/http/media_type.h"
#include "relay/http/pages.h"
#include "relay/http/query.h"

namespace relay::http {
namespace {

constexpr int file_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

/// Neither a way up, nor hidden, nor what no file name of ours has.
bool is_visible_name(std::string_view segment) {
  return !segment.empty() && (segment.front() != '.' || segment == ".well-known") &&
         segment.find_first_of(std::string_view("\0\\", 2)) == std::string_view::npos;
}

Response redirection(std::string_view path, std::string_view query) {
  Response moved = plain(Status::moved_permanently);
  moved.location = fmt::format("{}/{}{}", path, query.empty() ? "" : "?", query);
  return moved;
}

/// Leaves of the file what was asked for (RFC 9110 15.3.7, 15.5.17).
void cut_out(Response& response, const ByteRange& range) {
  const std::uint64_t all = response.file_size;
  if (range.size == 0) {
    response = plain(Status::range_not_satisfiable);
    response.fields.emplace_back("Content-Range", fmt::format("bytes */{}", all));
    return;
  }
  response.status = Status::partial_content;
  response.file_from = range.first;
  response.file_size = range.size;
  response.fields.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", range.first,
                                                            range.first + range.size - 1, all));
}

}  // namespace

std::optional<std::string> file_path(std::string_view url_path) {
  const auto decoded = percent_decode(url_path);
  if (!decoded || !decoded->starts_with('/')) return std::nullopt;
  std::string_view rest = std::string_view(*decoded).substr(1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    if (!is_visible_name(rest.substr(0, end))) return std::nullopt;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return decoded->substr(1);
}

std::expected<std::unique_ptr<Folder>, std::string> Folder::open(const std::string& path) {
  net::FileDescriptor root(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root.is_open()) return std::unique_ptr<Folder>(new Folder(std::move(root)));
  return std::unexpected(fmt::format("--web-root {}: {}; name a folder with the pages to serve",
                                     path, std::strerror(errno)));
}

std::optional<Response> Folder::answer(const Request& request) const {
  auto path = file_path(request.head.path());
  if (!path) return std::nullopt;
  const bool names_folder = path->empty() || path->ends_with('/');
  if (names_folder) *path += "index.html";
  auto file = std::make_shared<net::FileDescriptor>(open_beneath(*path));
  struct stat facts{};
  if (!file->is_open() || ::fstat(file->number(), &facts) != 0) return std::nullopt;
  if (S_ISDIR(facts.st_mode)) return redirection(request.head.path(), request.head.query());
  if (!S_ISREG(facts.st_mode)) return std::nullopt;

  const std::string etag =
      fmt::format("\"{:x}-{:x}-{:x}\"", facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
  Response response{.content_type = std::string(media_type_of(*path)),
                    .cache_control = "no-cache",
                    // These pages are not ours: they may load what they like.
                    .content_security_policy = {},
                    .fields = {{"ETag", etag}, {"Accept-Ranges", "bytes"}}};
  if (has_current(request.head, etag)) {
    response.status = Status::not_modified;
    return response;
  }
  response.file = std::move(file);
  response.file_size = static_cast<std::uint64_t>(facts.st_size);
  if (const auto range = asked_range(request.head, response.file_size, etag)) {
    cut_out(response, *range);
  }
  return response;
}

net::FileDescriptor Folder::open_beneath(const std::string& path) const {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(file_flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const long opened = ::syscall(SYS_openat2, root_.number(), path.c_str(), &how, sizeof how);
  if (opened >= 0) return net::FileDescriptor(static_cast<int>(opened));
  // Old kernels and some containers do not have it.
  if (errno == ENOSYS || errno == EPERM) return open_step_by_step(path);
  return {};
}

/// Without following any link.
net::FileDescriptor Folder::open_step_by_step(const std::string& path) const {
  net::FileDescriptor folder(::openat(root_.number(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::size_t start = 0;
  for (std::size_t slash = path.find('/'); slash != std::string::npos && folder.is_open();
       slash = path.find('/', start)) {
    folder =
        net::FileDescriptor(::openat(folder.number(), path.substr(start, slash - start).c_str(),
                                     O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    start = slash + 1;
  }
  if (!folder.is_open()) return {};
  return net::FileDescriptor(
      ::openat(folder.number(), path.c_str() + start, file_flags | O_NOFOLLOW));
}

}  // namespace relay::http
