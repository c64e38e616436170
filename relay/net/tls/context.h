// What all TLS connections and DTLS associations have in common: certificates and keys, protocol
// versions, ciphers. Made from files, or refused with a sentence that names the file and what is
// wrong with it.
#pragma once

#include <expected>
#include <mutex>
#include <string>
#include <vector>

#include "relay/net/tls/identity.h"
#include "relay/net/tls/openssl.h"

namespace relay::net::tls {

struct ContextOptions {
  std::string certificate_file;  // a chain, the own certificate first
  std::string key_file;
  /// For clients that ask for one of their names (SNI).
  std::vector<IdentityFiles> further;
  std::string passphrase;      // of the keys
  std::string client_ca_file;  // not empty: clients must show a certificate signed by these
  std::string cipher_list;     // of TLS 1.2 and before; empty: those with forward secrecy and AEAD
  std::string curves;          // of the key exchange; empty: OpenSSL's choice
  int oldest_version = TLS1_2_VERSION;
};

class Context {
 public:
  static std::expected<Context, std::string> load(const ContextOptions& options);

  SslPointer new_connection() const { return SslPointer(SSL_new(context_.get())); }
  /// Of DTLS.
  SslPointer new_association() const { return SslPointer(SSL_new(datagram_context_.get())); }
  /// In the order of the options; the first is for everybody else.
  std::vector<Certificate> certificates() const { return identities_->facts(); }
  const Certificate& certificate() const { return identities_->first().facts; }

 private:
  Context() = default;

  SslContextPointer context_, datagram_context_;
  std::shared_ptr<const Identities> identities_;
};

/// The context in force, which another one may replace at any time; connections that have begun
/// keep theirs. For any thread.
class SharedContext {
 public:
  explicit SharedContext(Context context) : context_(std::move(context)) {}

  SslPointer new_connection() const {
    const std::lock_guard lock(mutex_);
    return context_.new_connection();
  }
  SslPointer new_association() const {
    const std::lock_guard lock(mutex_);
    return context_.new_association();
  }
  void replace(Context context) {
    const std::lock_guard lock(mutex_);
    std::swap(context_, context);
  }
  Certificate certificate() const {
    const std::lock_guard lock(mutex_);
    return context_.certificate();
  }
  std::vector<Certificate> certificates() const {
    const std::lock_guard lock(mutex_);
    return context_.certificates();
  }

 private:
  mutable std::mutex mutex_;
  Context context_;
};

}  // namespace relay::net::tls
