#include "relay/certificates.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "relay/net/tls/issue.h"
#include "relay/net/tls/pem_file.h"
#include "relay/net/tls/self_made.h"
#include "relay/state_folder.h"

namespace relay {
namespace {

using namespace std::chrono_literals;
using net::tls::Certificate;

constexpr auto renewal_check = 24h;
/// A host with more is a router; its certificate stays readable.
constexpr std::size_t max_addresses = 64;

net::tls::Names own_names(const Plan& plan) {
  net::tls::Names names{.dns = plan.host_names, .addresses = {}};
  for (const stun::IpAddress& ip : plan.peer_rules.own_addresses) {
    const std::string text = ip.to_string();
    if (names.addresses.size() == max_addresses) break;
    const bool of_link = text.starts_with("fe80:") || text.starts_with("169.254.");
    if (!ip.is_unspecified() && !of_link &&
        std::ranges::find(names.addresses, text) == names.addresses.end()) {
      names.addresses.push_back(text);
    }
  }
  return names;
}

int oldest_version(const TlsSettings& tls) {
  if (!tls.version_1_2) return TLS1_3_VERSION;
  if (tls.version_1_0) return TLS1_VERSION;
  return tls.version_1_1 ? TLS1_1_VERSION : TLS1_2_VERSION;
}

/// A key without a file of its own is in that of the certificate.
net::tls::IdentityFiles files_of(const std::string& certificate, const std::string& key) {
  return {.certificate_file = certificate, .key_file = key.empty() ? certificate : key};
}

net::tls::ContextOptions options_of(const TlsSettings& tls) {
  const auto [certificate, key] = files_of(tls.certificate_file, tls.key_file);
  std::vector<net::tls::IdentityFiles> further;
  for (const CertificateFiles& each : tls.further) {
    further.push_back(files_of(each.certificate_file, each.key_file));
  }
  return {.certificate_file = certificate,
          .key_file = key,
          .further = std::move(further),
          .passphrase = tls.passphrase,
          .client_ca_file = tls.client_ca_file,
          .cipher_list = tls.cipher_list,
          .curves = tls.curves,
          .oldest_version = oldest_version(tls)};
}

std::string whose(const Certificate& certificate, bool is_ours) {
  if (is_ours) return ", self-made";
  if (certificate.self_signed) return ", self-signed";
  return certificate.issuer.empty() ? "" : fmt::format(", signed by {}", certificate.issuer);
}

std::string remark_on_dates(const Certificate& certificate, const std::string& file) {
  const net::tls::WallTime now = net::tls::wall_clock();
  if (certificate.not_after < now) {
    return fmt::format("{}: expired on {}", file, net::tls::date_of(certificate.not_after));
  }
  if (certificate.not_before > now) {
    return fmt::format("{}: not valid before {}", file, net::tls::date_of(certificate.not_before));
  }
  return {};
}

std::string remark_on_chain(const Certificate& certificate, const std::string& file) {
  const std::size_t at = certificate.gap_after;
  if (at == 0) return {};
  return fmt::format(
      "{}: certificate {} is not signed by number {}, so clients may refuse it; put "
      "behind each certificate the one that signed it",
      file, at, at + 1);
}

}  // namespace

std::expected<Certificates::Loaded, std::string> Certificates::load_files(const Plan& plan,
                                                                          const TlsSettings& tls) {
  net::tls::ContextOptions options = options_of(tls);
  std::string authority_file;
  if (options.certificate_file.empty()) {
    const std::string folder = tls.state_dir.empty() ? state_folder() : tls.state_dir;
    const auto made = net::tls::keep_self_made(folder, own_names(plan), net::tls::wall_clock());
    if (!made) return std::unexpected(made.error());
    options.certificate_file = made->certificate_file;
    options.key_file = made->key_file;
    authority_file = made->authority_file;
  }
  auto context = net::tls::Context::load(options);
  if (!context) return std::unexpected(context.error());
  Loaded loaded{*std::move(context), {options.certificate_file}, authority_file};
  for (const auto& each : options.further) loaded.files.push_back(each.certificate_file);
  loaded.files.push_back(options.key_file);
  for (const auto& each : options.further) loaded.files.push_back(each.key_file);
  if (!tls.client_ca_file.empty()) loaded.files.push_back(tls.client_ca_file);
  return loaded;
}

std::expected<std::unique_ptr<Certificates>, std::string> Certificates::load(
    const Plan& plan, const TlsSettings& tls) {
  auto loaded = load_files(plan, tls);
  if (!loaded) return std::unexpected(loaded.error());
  return std::unique_ptr<Certificates>(new Certificates(plan, tls, *std::move(loaded)));
}

std::expected<std::unique_ptr<Certificates>, std::string> Certificates::load_for_metrics(
    const Plan& plan) {
  TlsSettings tls = plan.settings.tls;
  tls.certificate_file = plan.settings.metrics.certificate_file;
  tls.key_file = plan.settings.metrics.key_file;
  tls.further.clear();
  tls.client_ca_file.clear();
  return load(plan, tls);
}

Certificates::Certificates(const Plan& plan, const TlsSettings& tls, Loaded loaded)
    : plan_(plan),
      tls_(tls),
      context_(std::move(loaded.context)),
      files_(std::move(loaded.files)),
      authority_file_(std::move(loaded.authority_file)),
      in_force_(stamps()),
      last_seen_(in_force_),
      renew_at_(std::chrono::steady_clock::now() + renewal_check) {}

Certificates::Outcome Certificates::reload() {
  renew_at_ = std::chrono::steady_clock::now() + renewal_check;
  auto loaded = load_files(plan_, tls_);
  // Also when it does not fit: the same files are not tried again and again.
  in_force_ = last_seen_ = stamps();
  if (!loaded) {
    return {false, fmt::format("the certificate stays as it was: {}", loaded.error())};
  }
  context_.replace(std::move(loaded->context));
  const std::string dates = remark();
  return {true, "certificate loaded: " + summary() + (dates.empty() ? "" : "; " + dates)};
}

/// A certificate and its key are two files: they are left alone while they are being changed.
std::optional<Certificates::Outcome> Certificates::tick() {
  if (!authority_file_.empty()) {
    if (std::chrono::steady_clock::now() < renew_at_) return std::nullopt;
    return reload();
  }
  Stamps now = stamps();
  if (now == in_force_) return std::nullopt;
  const bool is_still = now == last_seen_;
  last_seen_ = std::move(now);
  if (!is_still) return std::nullopt;
  return reload();
}

Certificates::Stamps Certificates::stamps() const {
  Stamps all;
  for (const std::string& file : files_) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) status = {};
    all.push_back({.device = status.st_dev,
                   .inode = status.st_ino,
                   .size = static_cast<std::uint64_t>(status.st_size),
                   .changed_at = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec});
  }
  return all;
}

std::string Certificates::summary() const {
  std::string text = "tls certificate for ";
  const std::vector<Certificate> all = context_.certificates();
  for (const Certificate& each : all) {
    const bool is_first = &each == &all.front();
    const bool is_ours = is_first && !authority_file_.empty();
    text += fmt::format("{}{} until {}{}, SHA-256 {}", is_first ? "" : "; for ", each.names(),
                        net::tls::date_of(each.not_after), whose(each, is_ours), each.fingerprint);
    if (is_ours) text += fmt::format(", clients must trust {}", authority_file_);
  }
  return text;
}

std::string Certificates::advice() const {
  if (const auto own = authority()) {
    return fmt::format("clients must trust {}, SHA-256 {}", authority_file_, own->fingerprint);
  }
  const std::vector<Certificate> all = context_.certificates();
  std::string text = "certificate";
  for (const Certificate& each : all) {
    text += fmt::format("{} for {} until {}{}", &each == &all.front() ? "" : ";", each.names(),
                        net::tls::date_of(each.not_after), whose(each, false));
  }
  return text;
}

std::optional<OwnAuthority> Certificates::authority() const {
  if (authority_file_.empty()) return std::nullopt;
  const auto read = net::tls::read_certificates(authority_file_);
  if (!read) return std::nullopt;
  X509& certificate = *read->front();
  const Certificate facts = net::tls::describe(certificate);
  return OwnAuthority{net::tls::pem_of(certificate), facts.common_name, facts.fingerprint};
}

std::string Certificates::remark() const {
  std::string text;
  const auto add = [&](const std::string& sentence) {
    if (!sentence.empty()) text += (text.empty() ? "" : "; ") + sentence;
  };
  const std::vector<Certificate> all = context_.certificates();
  for (std::size_t i = 0; i < all.size(); ++i) {
    add(remark_on_dates(all[i], files_[i]));
    add(remark_on_chain(all[i], files_[i]));
  }
  return text;
}

}  // namespace relay
