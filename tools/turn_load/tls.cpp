#include "tools/turn_load/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "stun/address.h"

namespace turn_load {
namespace {

std::string last_openssl_error() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "the connection ended" : reason;
}

}  // namespace

std::expected<TlsContext, std::string> TlsContext::make(const std::string& server,
                                                        const std::string& ca_file, bool insecure) {
  TlsContext tls;
  tls.context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = tls.context_.get();
  if (context == nullptr) return std::unexpected("OpenSSL: " + last_openssl_error());
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context, insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  const int trusted = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                      : SSL_CTX_load_verify_file(context, ca_file.c_str());
  if (!insecure && trusted != 1) {
    return std::unexpected(fmt::format("--ca {}: {}", ca_file, last_openssl_error()));
  }
  tls.server_ = server;
  tls.server_is_address_ = stun::IpAddress::parse(server).has_value();
  return tls;
}

TlsConnection TlsContext::connect(int fd) {
  TlsConnection connection(SSL_new(context_.get()));
  if (server_is_address_) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection.get()), server_.c_str());
  } else {
    SSL_set1_host(connection.get(), server_.c_str());
    SSL_set_tlsext_host_name(connection.get(), server_.c_str());
  }
  SSL_set_fd(connection.get(), fd);
  SSL_set_connect_state(connection.get());
  return connection;
}

std::string describe_tls_failure(const SSL& connection, int result) {
  const long verdict = SSL_get_verify_result(&connection);
  if (verdict != X509_V_OK && SSL_get_verify_mode(&connection) != SSL_VERIFY_NONE) {
    ERR_clear_error();
    return fmt::format(
        "the server's certificate is not trusted: {}. Name its authority with --ca, "
        "or accept any with --insecure",
        X509_verify_cert_error_string(verdict));
  }
  if (SSL_get_error(&connection, result) == SSL_ERROR_ZERO_RETURN) {
    return "the server closed the TLS connection";
  }
  return "TLS: " + last_openssl_error();
}

}  // namespace turn_load
