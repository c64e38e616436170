// A DTLS association with one client (RFC 6347), without its socket: one record in at a time, plain
// bytes out, and the other way round. What is to be sent lies in the workspace's output afterwards.
// One worker owns it.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "relay/net/dtls/workspace.h"
#include "relay/net/tls/openssl.h"

namespace relay::net::dtls {

class Association {
 public:
  /// Datagrams of a handshake are no longer, so that none is fragmented on its way.
  static constexpr long handshake_mtu = 1200;

  /// `ssl` is a new association of a server. Null when memory is short.
  static std::unique_ptr<Association> begin(tls::SslPointer ssl, Workspace& workspace);

  struct Input {
    stun::Bytes plain;    // until Workspace::clear_plain(); empty: no data
    bool ended = false;   // nothing more is to come, or may be sent
    std::string failure;  // why, when it was no orderly end
  };
  /// The first record: a ClientHello whose cookie is right.
  Input accept(const Record& hello);
  /// Any other record of the client. What does not belong here is ignored.
  Input read(const Record& record);

  /// Seals the parts and `padding` zero bytes as one record. False: they are too long for one.
  bool write(stun::Bytes header, stun::Bytes payload, std::size_t padding = 0);
  /// Writes the alert that says good-bye.
  void close();

  /// The handshake is over.
  bool is_established() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  /// The client has changed to its new keys: what is sealed with them can be opened, and need not
  /// be kept until then.
  bool expects_finished() const { return SSL_get_state(ssl_.get()) == TLS_ST_SR_CHANGE; }
  /// It is this handshake's ClientHello, perhaps once more.
  bool began_with(stun::Bytes random) const;

  /// How long until our last flight is to be repeated; nothing: an answer is not waited for.
  std::optional<std::chrono::microseconds> until_repetition() const;
  /// Repeats it when it is time. False: it was repeated often enough.
  bool repeat();

  /// Gives the buffers of an idle association back; the next record makes new ones.
  void release_buffers();
  /// `DTLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384`
  std::string description() const;

 private:
  Association(tls::SslPointer ssl, Workspace& workspace)
      : ssl_(std::move(ssl)), workspace_(workspace) {}
  Input step();

  tls::SslPointer ssl_;
  Workspace& workspace_;
  std::array<std::byte, 32> random_{};  // the client's
  bool has_buffers_ = true;
};

}  // namespace relay::net::dtls
