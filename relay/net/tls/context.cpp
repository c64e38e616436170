#include "relay/net/tls/context.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "relay/net/tls/pem_file.h"

namespace relay::net::tls {
namespace {

using Complaint = std::expected<void, std::string>;

/// Forward secrecy and authenticated encryption: what every TLS 1.2 client of the last ten years
/// has.
constexpr const char* good_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
/// Of a client's certificates, in bytes.
constexpr long max_client_chain = 16 * 1024;

/// What may be spoken here (RFC 7443, RFC 7301 6), in ALPN's form: a length before each name.
constexpr unsigned char protocols[] =
    "\x09stun.turn"
    "\x12stun.nat-discovery"
    "\x08http/1.1";

/// The first of ours that the client offers; with none, the handshake ends (RFC 7301 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, size, protocols, sizeof protocols - 1, offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void set_behaviour(SSL_CTX* context) {
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Resumption is by tickets, which cost no memory here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_max_cert_list(context, max_client_chain);
  SSL_CTX_set_alpn_select_cb(context, &choose_protocol, nullptr);
}

Complaint set_strength(SSL_CTX* context, const ContextOptions& options) {
  // OpenSSL has the hashes of TLS 1.1 and before on no higher level.
  if (options.oldest_version < TLS1_2_VERSION) SSL_CTX_set_security_level(context, 0);
  const std::string ciphers = options.cipher_list.empty() ? good_ciphers : options.cipher_list;
  if (SSL_CTX_set_cipher_list(context, ciphers.c_str()) != 1) {
    take_errors("");
    return std::unexpected(fmt::format("--cipher-list {}: OpenSSL knows none of these", ciphers));
  }
  SSL_CTX_set_dh_auto(context, 1);
  if (!options.curves.empty() && SSL_CTX_set1_groups_list(context, options.curves.c_str()) != 1) {
    take_errors("");
    return std::unexpected(fmt::format(
        "--ec-curve-name {}: OpenSSL has no such curve; prime256v1 is one", options.curves));
  }
  return {};
}

Complaint demand_client_certificates(SSL_CTX* context, const std::string& file) {
  if (file.empty()) return {};
  const auto authorities = read_certificates(file);
  if (!authorities) return std::unexpected(authorities.error());
  for (const X509Pointer& authority : *authorities) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
  }
  take_errors("");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  static constexpr unsigned char name[] = "turnserver";
  SSL_CTX_set_session_id_context(context, name, sizeof name - 1);
  return {};
}

/// A cookie was looked at before there is an association (relay/net/dtls/cookie.h).
int accept_cookie(SSL*, const unsigned char*, unsigned) { return 1; }

/// DTLS is as old as the oldest TLS that is spoken, and ends with 1.2.
int oldest_datagram_version(int oldest_version) {
  return oldest_version < TLS1_2_VERSION ? DTLS1_VERSION : DTLS1_2_VERSION;
}

Complaint set_up(SSL_CTX* context, const ContextOptions& options,
                 const std::shared_ptr<const Identities>& identities) {
  set_behaviour(context);
  // First the strength: it decides which keys and signatures are good enough.
  if (auto done = set_strength(context, options); !done) return done;
  if (auto done = Identities::use(identities, *context); !done) return done;
  return demand_client_certificates(context, options.client_ca_file);
}

}  // namespace

std::expected<Context, std::string> Context::load(const ContextOptions& options) {
  Context made;
  made.context_.reset(SSL_CTX_new(TLS_server_method()));
  made.datagram_context_.reset(SSL_CTX_new(DTLS_server_method()));
  SSL_CTX* const datagrams = made.datagram_context_.get();
  if (!made.context_ || datagrams == nullptr) {
    return std::unexpected("OpenSSL: " + take_errors("no memory"));
  }
  std::vector<IdentityFiles> files{{options.certificate_file, options.key_file}};
  files.insert(files.end(), options.further.begin(), options.further.end());
  auto identities = Identities::load(files, options.passphrase);
  if (!identities) return std::unexpected(identities.error());
  made.identities_ = *std::move(identities);
  for (SSL_CTX* const context : {made.context_.get(), datagrams}) {
    if (auto done = set_up(context, options, made.identities_); !done) {
      return std::unexpected(done.error());
    }
  }
  SSL_CTX_set_min_proto_version(made.context_.get(), options.oldest_version);
  SSL_CTX_set_min_proto_version(datagrams, oldest_datagram_version(options.oldest_version));
  SSL_CTX_set_cookie_verify_cb(datagrams, &accept_cookie);
  return made;
}

}  // namespace relay::net::tls
