#include "relay/self_test/tls_channel.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <cerrno>

#include "stun/address.h"

namespace relay::self_test {
namespace {

using net::tls::SslContextPointer;
using net::tls::SslPointer;
using net::tls::X509Pointer;

using Kind = TlsChannel::Kind;

/// No datagram of the handshake is longer, so that none is fragmented.
constexpr long handshake_mtu = 1200;
/// How often it is looked whether a flight is to be sent again.
constexpr std::chrono::milliseconds repetition_check{250};

bool is_address(const std::string& host) { return stun::IpAddress::parse(host).has_value(); }

/// The error is of the call that returned `result`.
Failure explain_tls(SSL* ssl, int result) {
  const int error = SSL_get_error(ssl, result);
  const unsigned long reason = ERR_peek_error();
  if (ERR_GET_LIB(reason) == ERR_LIB_SSL && ERR_GET_REASON(reason) == SSL_R_WRONG_VERSION_NUMBER) {
    net::tls::take_errors("");
    return "what answers there does not speak TLS";
  }
  const std::string words = net::tls::take_errors("");
  if (!words.empty()) return "TLS: " + words;
  if (error == SSL_ERROR_ZERO_RETURN || errno == 0) return explain(EPIPE);
  return explain(errno);
}

/// Whether the call that returned `result` should be made again, and the socket is ready for that.
bool wait_as_told(SSL* ssl, int result, const Patience& patience) {
  const int error = SSL_get_error(ssl, result);
  if (error == SSL_ERROR_WANT_READ) return wait_for(SSL_get_fd(ssl), POLLIN, patience);
  return error == SSL_ERROR_WANT_WRITE && wait_for(SSL_get_fd(ssl), POLLOUT, patience);
}

/// The same in a handshake, in which a flight that was lost is sent again (RFC 6347 4.2.4).
bool wait_in_handshake(SSL* ssl, int result, Kind kind, const Patience& patience) {
  if (kind == Kind::stream) return wait_as_told(ssl, result, patience);
  const int error = SSL_get_error(ssl, result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
  if (wait_as_told(ssl, result, patience.at_most(repetition_check))) return true;
  return !patience.is_over() && DTLSv1_handle_timeout(ssl) >= 0;
}

SslContextPointer make_context(const TlsPeer& peer, Kind kind) {
  SslContextPointer context(
      SSL_CTX_new(kind == Kind::stream ? TLS_client_method() : DTLS_client_method()));
  if (!context) return nullptr;
  SSL_CTX_set_default_verify_paths(context.get());
  if (!peer.authority_file.empty()) {
    SSL_CTX_load_verify_file(context.get(), peer.authority_file.c_str());
  }
  // What OpenSSL thinks of it is asked afterwards.
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  net::tls::take_errors("");
  return context;
}

void introduce(SSL* ssl, const TlsPeer& peer) {
  // RFC 6066 3: an address is no host name.
  if (!peer.host.empty() && !is_address(peer.host)) {
    SSL_set_tlsext_host_name(ssl, peer.host.c_str());
  }
  if (peer.protocol.empty()) return;
  std::string list(1, static_cast<char>(peer.protocol.size()));
  list += peer.protocol;
  SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(list.data()),
                      static_cast<unsigned>(list.size()));
}

X509Pointer certificate_of(const SSL* ssl) { return X509Pointer(SSL_get1_peer_certificate(ssl)); }

}  // namespace

std::expected<TlsChannel, Failure> TlsChannel::begin(int socket, Kind kind, const TlsPeer& peer,
                                                     const Patience& patience) {
  SslContextPointer context = make_context(peer, kind);
  SslPointer ssl(context ? SSL_new(context.get()) : nullptr);
  if (!ssl) return std::unexpected(net::tls::take_errors("OpenSSL gives no connection"));
  SSL_set_fd(ssl.get(), socket);  // A connected socket sends and receives records alike.
  if (kind == Kind::datagrams) {
    SSL_set_options(ssl.get(), SSL_OP_NO_QUERY_MTU);
    SSL_set_mtu(ssl.get(), handshake_mtu);
  }
  introduce(ssl.get(), peer);
  while (true) {
    errno = 0;
    const int done = SSL_connect(ssl.get());
    if (done == 1) break;
    if (wait_in_handshake(ssl.get(), done, kind, patience)) continue;
    if (patience.is_over()) return std::unexpected("nobody answers the TLS handshake");
    return std::unexpected(explain_tls(ssl.get(), done));
  }
  if (!certificate_of(ssl.get())) return std::unexpected("the server shows no certificate");
  return TlsChannel(std::move(context), std::move(ssl));
}

std::expected<void, Failure> TlsChannel::send(std::span<const std::byte> bytes,
                                              const Patience& patience) {
  while (true) {
    errno = 0;
    const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (sent > 0) return {};
    if (wait_as_told(ssl_.get(), sent, patience)) continue;
    return std::unexpected(explain_tls(ssl_.get(), sent));
  }
}

std::expected<std::size_t, Failure> TlsChannel::receive(std::span<std::byte> into) {
  errno = 0;
  const int got = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
  if (got > 0) return static_cast<std::size_t>(got);
  const int error = SSL_get_error(ssl_.get(), got);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return std::size_t{0};
  return std::unexpected(explain_tls(ssl_.get(), got));
}

net::tls::Certificate TlsChannel::certificate() const {
  return net::tls::describe(*certificate_of(ssl_.get()));
}

/// A common name counts for nothing, as with browsers (RFC 9110 4.3.4-5).
bool TlsChannel::names(const std::string& host) const {
  const X509Pointer certificate = certificate_of(ssl_.get());
  return is_address(host) ? X509_check_ip_asc(certificate.get(), host.c_str(), 0) == 1
                          : X509_check_host(certificate.get(), host.data(), host.size(),
                                            X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1;
}

std::string TlsChannel::distrust() const {
  const long result = SSL_get_verify_result(ssl_.get());
  return result == X509_V_OK ? "" : X509_verify_cert_error_string(result);
}

}  // namespace relay::self_test
