#include "relay/net/tls/pem_file.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace relay::net::tls {
namespace {

constexpr std::size_t max_size = 1 << 20;

using FilePointer = std::unique_ptr<std::FILE, Release<std::fclose>>;

std::expected<std::string, std::string> read_file(const std::string& name) {
  const FilePointer file(std::fopen(name.c_str(), "re"));
  if (!file) return std::unexpected(fmt::format("{}: {}", name, std::strerror(errno)));
  std::string text(max_size + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    return std::unexpected(fmt::format("{}: {}", name, std::strerror(errno)));
  }
  if (text.size() > max_size) return std::unexpected(name + ": longer than 1 MiB");
  return text;
}

BioPointer bio_over(const std::string& text) {
  return BioPointer(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

struct Passphrase {
  const std::string& text;
  bool asked = false;
};

int give_passphrase(char* buffer, int size, int, void* data) {
  auto& passphrase = *static_cast<Passphrase*>(data);
  passphrase.asked = true;
  const auto length = static_cast<int>(passphrase.text.size());
  if (length == 0 || length > size) return -1;
  std::memcpy(buffer, passphrase.text.data(), passphrase.text.size());
  return length;
}

}  // namespace

std::expected<std::vector<X509Pointer>, std::string> read_certificates(const std::string& file) {
  const auto text = read_file(file);
  if (!text) return std::unexpected(text.error());
  const BioPointer bio = bio_over(*text);
  std::vector<X509Pointer> certificates;
  while (X509* const next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(next);
  }
  // The end of the file is an error too, as OpenSSL sees it.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = take_errors("unreadable");
  if (!at_end) {
    return std::unexpected(
        fmt::format("{}: certificate {} is damaged: {}", file, certificates.size() + 1, reason));
  }
  if (certificates.empty()) {
    return std::unexpected(file + ": holds no certificate in PEM form");
  }
  return certificates;
}

std::expected<KeyPointer, std::string> read_key(const std::string& file,
                                                const std::string& passphrase) {
  const auto text = read_file(file);
  if (!text) return std::unexpected(text.error());
  const BioPointer bio = bio_over(*text);
  Passphrase given{.text = passphrase};
  KeyPointer key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &give_passphrase, &given));
  if (key) return key;
  take_errors("");
  if (given.asked) {
    return std::unexpected(file + (passphrase.empty()
                                       ? ": is encrypted; give its passphrase with --pkey-pwd"
                                       : ": the passphrase of --pkey-pwd is wrong"));
  }
  return std::unexpected(file + ": holds no private key in PEM form");
}

}  // namespace relay::net::tls
