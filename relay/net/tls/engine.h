// TLS of one connection without its socket: ciphertext in, plain bytes out, and the other way
// round. What is to be sent lies in the workspace's output afterwards. One worker owns it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "relay/net/tls/openssl.h"
#include "relay/net/tls/workspace.h"
#include "stun/byte_order.h"

namespace relay::net::tls {

class Engine {
 public:
  /// `ssl` is a new connection of a server. Null when memory is short.
  static std::unique_ptr<Engine> begin(SslPointer ssl, Workspace& workspace);

  /// A session that another worker began and released.
  static std::unique_ptr<Engine> resume(SslPointer ssl, Workspace& workspace);
  /// The session alone, for another worker; this engine is of no use any more.
  SslPointer release();

  struct Input {
    stun::Bytes plain;    // valid until the workspace is used again
    bool ended = false;   // nothing more is to come, or may be sent
    std::string failure;  // why, when it was no orderly end
  };
  /// Takes what came from the client, at most Workspace::max_input, handshake included; gives all
  /// that it holds. The output may hold an answer, or an alert.
  Input read(stun::Bytes ciphertext);

  /// Gathers plain bytes for one record; a full one is sealed by itself.
  void append(stun::Bytes plain);
  /// Encrypts what was gathered.
  void seal();
  /// Writes the alert that says good-bye.
  void close();

  /// The handshake is over.
  bool is_established() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  /// `TLSv1.3 TLS_AES_256_GCM_SHA384`
  std::string description() const;
  /// What both sides agreed to speak (RFC 7301); empty: the client did not ask.
  std::string_view protocol() const;
  Workspace& workspace() { return workspace_; }

 private:
  Engine(SslPointer ssl, Workspace& workspace) : ssl_(std::move(ssl)), workspace_(workspace) {}

  SslPointer ssl_;
  Workspace& workspace_;
};

}  // namespace relay::net::tls
