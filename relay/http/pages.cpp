#include "relay/http/pages.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "relay/http/media_type.h"

namespace relay::http {
namespace {

/// What the pages load and do, and nothing else: relay/web/README.md.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr std::string_view permissions = "camera=(self), microphone=(self), display-capture=(self)";

std::string etag_of(std::string_view content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(content.data(), content.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string text = "\"";
  for (std::size_t i = 0; i < 8; ++i) text += fmt::format("{:02x}", digest[i]);
  return text + "\"";
}

std::string path_of(std::string_view name) {
  if (name == "index.html") return "/";
  if (name.ends_with(".html")) name.remove_suffix(5);
  return fmt::format("/{}", name);
}

}  // namespace

Pages::Pages(std::span<const web::File> files) {
  for (const web::File& file : files) {
    by_path_.emplace(path_of(file.name), Page{file, etag_of(file.content)});
  }
}

std::optional<Response> Pages::find(std::string_view path, const RequestHead& head) const {
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return std::nullopt;
  const Page& page = found->second;
  Response response{
      .content_type = std::string(media_type_of(page.file.name)),
      .cache_control = "no-cache",
      .content_security_policy = std::string(policy),
      .fields = {{"ETag", page.etag}, {"Permissions-Policy", std::string(permissions)}}};
  if (has_current(head, page.etag)) {
    response.status = Status::not_modified;
  } else {
    response.content = page.file.content;
  }
  return response;
}

bool has_current(const RequestHead& head, std::string_view etag) {
  if (head.has_token("If-None-Match", "*") || head.has_token("If-None-Match", etag)) return true;
  // A proxy that compresses makes a weak one of it.
  return head.has_token("If-None-Match", fmt::format("W/{}", etag));
}

}  // namespace relay::http
