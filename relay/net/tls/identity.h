// The certificates that a server shows, each with its key, and which of them a client gets: the one
// that is for the name it asks for (RFC 6066 3, SNI), else the first. Immutable.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "relay/net/tls/certificate.h"
#include "relay/net/tls/openssl.h"

namespace relay::net::tls {

struct IdentityFiles {
  std::string certificate_file;  // a chain, the own certificate first
  std::string key_file;
};

struct Identity {
  std::vector<X509Pointer> chain;  // as in the file
  KeyPointer key;
  Certificate facts;

  X509& own() const { return *chain.front(); }
};

class Identities {
 public:
  /// At least one; `passphrase` is that of all keys. The error is a sentence that names the file.
  static std::expected<std::shared_ptr<const Identities>, std::string> load(
      const std::vector<IdentityFiles>& files, const std::string& passphrase);

  /// Has connections of this context show them, for as long as it lives.
  static std::expected<void, std::string> use(const std::shared_ptr<const Identities>& identities,
                                              SSL_CTX& context);

  const Identity& first() const { return all_.front(); }
  /// One that is for this very name goes before one with a wildcard for it.
  const Identity& for_name(const std::string& name) const;
  std::vector<Certificate> facts() const;

 private:
  static int choose(SSL* connection, void* identities);

  std::vector<Identity> all_;
  std::vector<IdentityFiles> files_;
};

}  // namespace relay::net::tls
