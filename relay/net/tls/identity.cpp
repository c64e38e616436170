#include "relay/net/tls/identity.h"

#include <fmt/format.h>
#include <openssl/x509v3.h>

#include "relay/net/tls/pem_file.h"

namespace relay::net::tls {
namespace {

using Owner = std::shared_ptr<const Identities>;

void release(void*, void* owner, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Owner*>(owner);
}

/// Where a context keeps what it shows.
int owner_slot() {
  static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &release);
  return slot;
}

std::expected<Identity, std::string> load_one(const IdentityFiles& files,
                                              const std::string& passphrase) {
  auto chain = read_certificates(files.certificate_file);
  if (!chain) return std::unexpected(chain.error());
  auto key = read_key(files.key_file, passphrase);
  if (!key) return std::unexpected(key.error());
  Identity identity{.chain = *std::move(chain), .key = *std::move(key), .facts = {}};
  if (X509_check_private_key(&identity.own(), identity.key.get()) != 1) {
    take_errors("");
    return std::unexpected(fmt::format("{}: is not the key of the certificate in {}",
                                       files.key_file, files.certificate_file));
  }
  identity.facts = describe(identity.chain);
  return identity;
}

/// The certificates behind the own one; they stay the identity's.
class Rest {
 public:
  explicit Rest(const Identity& identity) : stack_(sk_X509_new_null()) {
    for (std::size_t i = 1; i < identity.chain.size(); ++i) {
      sk_X509_push(stack_, identity.chain[i].get());
    }
  }
  ~Rest() { sk_X509_free(stack_); }
  Rest(const Rest&) = delete;
  Rest& operator=(const Rest&) = delete;
  operator STACK_OF(X509) * () const { return stack_; }

 private:
  STACK_OF(X509) * stack_;
};

/// Instead of what the connection would show otherwise.
bool show(const Identity& identity, SSL& connection) {
  SSL_certs_clear(&connection);
  return SSL_use_cert_and_key(&connection, &identity.own(), identity.key.get(), Rest(identity),
                              1) == 1;
}

enum class Match : std::uint8_t { none, wildcard, exact };

Match match(const Identity& identity, const std::string& name) {
  char* found = nullptr;
  if (X509_check_host(&identity.own(), name.c_str(), name.size(),
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, &found) != 1) {
    return Match::none;
  }
  const Match result = found != nullptr && found[0] == '*' ? Match::wildcard : Match::exact;
  OPENSSL_free(found);
  return result;
}

}  // namespace

std::expected<Owner, std::string> Identities::load(const std::vector<IdentityFiles>& files,
                                                   const std::string& passphrase) {
  const auto loaded = std::make_shared<Identities>();
  for (const IdentityFiles& each : files) {
    auto identity = load_one(each, passphrase);
    if (!identity) return std::unexpected(identity.error());
    loaded->all_.push_back(*std::move(identity));
  }
  loaded->files_ = files;
  return loaded;
}

std::expected<void, std::string> Identities::use(const Owner& identities, SSL_CTX& context) {
  const SslPointer trial(SSL_new(&context));
  for (std::size_t i = 0; i < identities->all_.size(); ++i) {
    if (trial && show(identities->all_[i], *trial)) continue;
    return std::unexpected(fmt::format("{}: {}", identities->files_[i].certificate_file,
                                       take_errors("not fit for TLS")));
  }
  const Identity& first = identities->first();
  SSL_CTX_use_cert_and_key(&context, &first.own(), first.key.get(), Rest(first), 1);
  auto owner = std::make_unique<Owner>(identities);
  if (SSL_CTX_set_ex_data(&context, owner_slot(), owner.get()) != 1) {
    return std::unexpected("OpenSSL: " + take_errors("no memory"));
  }
  SSL_CTX_set_cert_cb(&context, &Identities::choose, owner.release());
  return {};
}

int Identities::choose(SSL* connection, void* identities) {
  const Identities& all = **static_cast<const Owner*>(identities);
  const char* const name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  const Identity& chosen = name == nullptr ? all.first() : all.for_name(name);
  if (&chosen == &all.first()) return 1;
  return show(chosen, *connection) ? 1 : 0;
}

const Identity& Identities::for_name(const std::string& name) const {
  const Identity* by_wildcard = nullptr;
  for (const Identity& identity : all_) {
    const Match found = match(identity, name);
    if (found == Match::exact) return identity;
    if (found == Match::wildcard && by_wildcard == nullptr) by_wildcard = &identity;
  }
  return by_wildcard != nullptr ? *by_wildcard : first();
}

std::vector<Certificate> Identities::facts() const {
  std::vector<Certificate> all;
  for (const Identity& identity : all_) all.push_back(identity.facts);
  return all;
}

}  // namespace relay::net::tls
