#include "relay/shared_secret.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "relay/net/file_descriptor.h"
#include "relay/state_folder.h"

namespace relay {
namespace {

constexpr mode_t for_owner = 0600;
constexpr std::size_t max_secret = 512;

std::string file_in(const std::string& folder) { return folder + "/auth-secret"; }

std::unexpected<std::string> failure(const std::string& file) {
  return std::unexpected(fmt::format("{}: {}", file, std::strerror(errno)));
}

/// The first line of it; empty where there is no such file.
std::expected<std::string, std::string> read(const std::string& file) {
  const net::FileDescriptor kept(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!kept.is_open()) {
    if (errno == ENOENT) return std::string();
    return failure(file);
  }
  std::array<char, max_secret> bytes{};
  const ssize_t size = ::read(kept.number(), bytes.data(), bytes.size());
  if (size < 0) return failure(file);
  const std::string text(bytes.data(), static_cast<std::size_t>(size));
  return text.substr(0, text.find_first_of("\r\n"));
}

/// Whole or not at all, whenever the machine stops.
std::expected<void, std::string> write(const std::string& file, const std::string& text) {
  const std::string draft = file + ".new";
  ::unlink(draft.c_str());
  const net::FileDescriptor made(
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, for_owner));
  if (!made.is_open()) return failure(draft);
  const bool written =
      ::write(made.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(made.number()) == 0;
  if (!written) return failure(draft);
  if (::rename(draft.c_str(), file.c_str()) != 0) return failure(file);
  return {};
}

}  // namespace

std::expected<std::string, std::string> keep_shared_secret(const std::string& folder,
                                                           const std::string& fresh) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return std::unexpected(fmt::format("{}: {}", folder, error.message()));
  const net::FileDescriptor lock(
      ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, for_owner));
  if (!lock.is_open() || ::flock(lock.number(), LOCK_EX) != 0) return failure(folder);
  auto kept = read(file_in(folder));
  if (!kept || !kept->empty()) return kept;
  if (const auto done = write(file_in(folder), fresh + "\n"); !done) {
    return std::unexpected(done.error());
  }
  return fresh;
}

std::expected<std::string, std::string> read_shared_secret(const std::string& folder) {
  const std::string file = file_in(folder);
  auto kept = read(file);
  if (!kept) {
    return std::unexpected(kept.error() +
                           "; run this as the user that the server runs as, or with sudo");
  }
  if (!kept->empty()) return kept;
  return std::unexpected(
      fmt::format("{}: no server has kept a secret there yet; start it once, name its folder with "
                  "--state-dir, or give the secret with --static-auth-secret",
                  file));
}

std::string secret_folder(const Settings& settings) {
  return settings.tls.state_dir.empty() ? state_folder() : settings.tls.state_dir;
}

std::optional<std::string> find_shared_secret(const Settings& settings, HostFacts& host) {
  const bool gives_out =
      settings.signaling.served && !settings.anonymous && !settings.turn.stun_only;
  if (!settings.secrets.empty() || (!gives_out && !settings.time_limited)) return std::nullopt;
  auto kept = keep_shared_secret(secret_folder(settings), host.spare_secret);
  if (kept) {
    host.kept_secret = *std::move(kept);
    return std::nullopt;
  }
  if (!settings.time_limited) host.kept_secret = host.spare_secret;
  return fmt::format(
      "credentials that pages are given end with this run, no secret can be kept: {}; give one "
      "with --static-auth-secret, or a folder with --state-dir",
      kept.error());
}

}  // namespace relay
