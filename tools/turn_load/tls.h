// TLS towards the server, by OpenSSL: one context for all the connections of the program.
#pragma once

#include <openssl/ssl.h>

#include <expected>
#include <memory>
#include <string>

namespace turn_load {

struct SslDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
};
using TlsConnection = std::unique_ptr<SSL, SslDeleter>;

class TlsContext {
 public:
  /// Trusts `ca_file`, or the system's certificates when it is empty, or anything when `insecure`.
  /// `server` is the name or the address that the certificate must be for.
  static std::expected<TlsContext, std::string> make(const std::string& server,
                                                     const std::string& ca_file, bool insecure);

  /// A client's connection over `fd`, not yet begun.
  TlsConnection connect(int fd);

 private:
  std::unique_ptr<SSL_CTX, SslDeleter> context_;
  std::string server_;
  bool server_is_address_ = false;
};

/// Why `connection` failed, given what its last call returned.
std::string describe_tls_failure(const SSL& connection, int result);

}  // namespace turn_load
