// A DTLS client in memory: the datagrams that it sends and gets pass through the test's hands.
#pragma once

#include <deque>
#include <vector>

#include "relay/net/tls/openssl.h"
#include "stun/byte_order.h"

namespace relay::net::dtls::test {

using Buffer = std::vector<std::byte>;
using stun::Bytes;

class DtlsClient {
 public:
  explicit DtlsClient(int version = DTLS1_2_VERSION);
  DtlsClient(const DtlsClient&) = delete;
  DtlsClient& operator=(const DtlsClient&) = delete;

  /// Takes what the server sent, or begins; gives the plain bytes in it.
  Buffer receive(Bytes datagram = {});
  void send(Bytes plain);
  /// Sends its last flight again, when its short timer has run off.
  void repeat();
  void close() { SSL_shutdown(ssl_.get()); }
  /// Everything that is to go to the server, a datagram each.
  std::vector<Buffer> take_output();
  bool is_established() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  bool was_closed() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

 private:
  static int on_read(BIO* bio, char* bytes, int size);
  static int on_write(BIO* bio, const char* bytes, int size);
  static long on_control(BIO* bio, int command, long number, void* pointer);

  tls::BioMethodPointer method_;
  std::deque<Buffer> in_;
  std::vector<Buffer> out_;
  tls::SslPointer ssl_;
};

}  // namespace relay::net::dtls::test
