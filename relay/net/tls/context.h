// What all TLS connections and DTLS associations have in common: certificate and key, protocol
// versions, ciphers. Made from files, or refused with a sentence that names the file and what is
// wrong with it.
#pragma once

#include <expected>
#include <mutex>
#include <string>
#include <vector>

#include "relay/net/tls/certificate.h"
#include "relay/net/tls/openssl.h"

namespace relay::net::tls {

struct ContextOptions {
  std::string certificate_file;  // a chain, the own certificate first
  std::string key_file;
  std::string passphrase;      // of the key
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
  const Certificate& certificate() const { return certificate_; }

 private:
  Context() = default;

  SslContextPointer context_, datagram_context_;
  Certificate certificate_;
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

 private:
  mutable std::mutex mutex_;
  Context context_;
};

}  // namespace relay::net::tls
