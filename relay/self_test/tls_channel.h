// TLS or DTLS as a client over a socket that does not block: the handshake, bytes both ways, and
// what the server's certificate is worth. It judges no certificate by itself: whoever asks wants to
// know what others will say. One thread uses it.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "relay/net/tls/certificate.h"
#include "relay/net/tls/openssl.h"
#include "relay/self_test/patience.h"

namespace relay::self_test {

/// Whom to expect, and who vouches for them.
struct TlsPeer {
  std::string host;            // a name, or an address as text
  std::string authority_file;  // trusted besides those of this system; empty: none
  std::string protocol;        // of ALPN; empty: none is named
};

class TlsChannel {
 public:
  enum class Kind : std::uint8_t { stream, datagrams };
  /// `socket` is connected, of that kind, and outlives the channel.
  static std::expected<TlsChannel, Failure> begin(int socket, Kind kind, const TlsPeer& peer,
                                                  const Patience& patience);

  std::expected<void, Failure> send(std::span<const std::byte> bytes, const Patience& patience);
  /// How many bytes were there; 0: none are.
  std::expected<std::size_t, Failure> receive(std::span<std::byte> into);

  net::tls::Certificate certificate() const;
  /// Whether the certificate is for that host, as browsers see it: by its subjectAltName.
  bool names(const std::string& host) const;
  /// Why the certificate leads to nobody who is trusted; empty: it does.
  std::string distrust() const;

 private:
  TlsChannel(net::tls::SslContextPointer context, net::tls::SslPointer ssl)
      : context_(std::move(context)), ssl_(std::move(ssl)) {}

  net::tls::SslContextPointer context_;
  net::tls::SslPointer ssl_;
};

}  // namespace relay::self_test
