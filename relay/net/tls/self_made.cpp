#include "relay/net/tls/self_made.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "relay/net/file_descriptor.h"
#include "relay/net/tls/issue.h"
#include "relay/net/tls/pem_file.h"

namespace relay::net::tls {
namespace {

using namespace std::chrono_literals;

constexpr auto authority_life = std::chrono::years(10);
/// What browsers put up with, and how early a new one is made.
constexpr auto certificate_life = std::chrono::days(397);
constexpr auto renewal = std::chrono::days(30);

constexpr mode_t for_all = 0644, for_owner = 0600;

std::unexpected<std::string> failure(const std::string& file) {
  return std::unexpected(fmt::format("{}: {}", file, std::strerror(errno)));
}

/// Whole or not at all, whenever the machine stops.
std::expected<void, std::string> write_file(const std::string& name, const std::string& text,
                                            mode_t mode) {
  const std::string draft = name + ".new";
  ::unlink(draft.c_str());
  FileDescriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.is_open()) return failure(draft);
  const bool written =
      ::write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fchmod(file.number(), mode) == 0 && ::fsync(file.number()) == 0;
  if (!written) return failure(draft);
  if (::rename(draft.c_str(), name.c_str()) != 0) return failure(name);
  return {};
}

struct Identity {
  X509Pointer certificate;
  KeyPointer key;
};

/// Nothing when a file is missing, damaged or not of the other.
std::optional<Identity> read_identity(const std::string& certificate_file,
                                      const std::string& key_file) {
  auto certificates = read_certificates(certificate_file);
  auto key = read_key(key_file, "");
  if (!certificates || !key ||
      X509_check_private_key(certificates->front().get(), key->get()) != 1) {
    take_errors("");
    return std::nullopt;
  }
  return Identity{std::move(certificates->front()), *std::move(key)};
}

/// The key first: a certificate without its key is made anew.
std::expected<void, std::string> write_identity(const Identity& identity,
                                                const std::string& certificate_file,
                                                const std::string& key_file) {
  const auto done = write_file(key_file, pem_of(*identity.key), for_owner);
  return done ? write_file(certificate_file, pem_of(*identity.certificate), for_all) : done;
}

std::expected<Identity, std::string> keep_authority(const std::string& folder, WallTime now) {
  const std::string certificate_file = folder + "/ca.pem", key_file = folder + "/ca-key.pem";
  if (auto kept = read_identity(certificate_file, key_file);
      kept && describe(*kept->certificate).not_after > now + certificate_life) {
    return *std::move(kept);
  }
  KeyPointer key = make_key();
  if (!key) return std::unexpected("OpenSSL makes no key: " + take_errors("no reason given"));
  X509Pointer certificate = issue_authority(*key, now, now + authority_life);
  if (!certificate) return std::unexpected("OpenSSL signs nothing: " + take_errors("no reason"));
  Identity made{std::move(certificate), std::move(key)};
  if (const auto done = write_identity(made, certificate_file, key_file); !done) {
    return std::unexpected(done.error());
  }
  return made;
}

bool same(std::vector<std::string> some, std::vector<std::string> others) {
  std::ranges::sort(some);
  std::ranges::sort(others);
  return some == others;
}

bool is_good(const Identity& own, const Identity& authority, const Names& names, WallTime now) {
  const Certificate facts = describe(*own.certificate);
  const bool is_ours = X509_verify(own.certificate.get(), authority.key.get()) == 1;
  take_errors("");
  return is_ours && same(facts.dns_names, names.dns) && same(facts.addresses, names.addresses) &&
         facts.not_before <= now && facts.not_after > now + renewal;
}

std::expected<void, std::string> keep_certificate(const SelfMade& files, const Identity& authority,
                                                  const Names& names, WallTime now) {
  const auto kept = read_identity(files.certificate_file, files.key_file);
  if (kept && is_good(*kept, authority, names, now)) return {};
  Identity made{nullptr, make_key()};
  if (made.key) {
    made.certificate = issue_certificate(*made.key, *authority.certificate, *authority.key, names,
                                         now, now + certificate_life);
  }
  if (!made.certificate)
    return std::unexpected("OpenSSL signs nothing: " + take_errors("no reason"));
  return write_identity(made, files.certificate_file, files.key_file);
}

}  // namespace

std::expected<SelfMade, std::string> keep_self_made(const std::string& folder, const Names& names,
                                                    WallTime now) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return std::unexpected(fmt::format("{}: {}", folder, error.message()));
  const FileDescriptor lock(
      ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, for_owner));
  if (!lock.is_open() || ::flock(lock.number(), LOCK_EX) != 0) return failure(folder);

  const auto authority = keep_authority(folder, now);
  if (!authority) return std::unexpected(authority.error());
  const SelfMade files{.certificate_file = folder + "/server.pem",
                       .key_file = folder + "/server-key.pem",
                       .authority_file = folder + "/ca.pem"};
  if (const auto done = keep_certificate(files, *authority, names, now); !done) {
    return std::unexpected(done.error());
  }
  return files;
}

}  // namespace relay::net::tls
