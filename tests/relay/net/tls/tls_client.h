// A TLS client in memory: what it sends and gets passes through the test's hands.
#pragma once

#include <string>
#include <vector>

#include "relay/net/tls/context.h"
#include "relay/net/tls/self_made.h"
#include "stun/byte_order.h"
#include "tests/support/temporary_directory.h"

namespace relay::net::tls::test {

using Buffer = std::vector<std::byte>;
using stun::Bytes;

class TlsClient {
 public:
  explicit TlsClient(int version = TLS1_3_VERSION);

  /// Takes what the server sent; gives the plain bytes in it.
  Buffer receive(Bytes ciphertext);
  void send(Bytes plain);
  /// Everything that is to go to the server.
  Buffer take_output();
  bool is_established() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  SSL* ssl() const { return ssl_.get(); }

 private:
  SslPointer ssl_;
  BIO* in_ = nullptr;  // both belong to ssl_
  BIO* out_ = nullptr;
};

/// A self-made certificate in a folder of its own.
struct TestIdentity {
  explicit TestIdentity(const Names& names = {.dns = {"localhost"}, .addresses = {"127.0.0.1"}});
  ContextOptions options() const;

  TemporaryDirectory folder;
  SelfMade files;
};

}  // namespace relay::net::tls::test
