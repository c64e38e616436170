#include "tests/relay/net/tls/tls_client.h"

#include <array>
#include <catch2/catch.hpp>

namespace relay::net::tls::test {

TlsClient::TlsClient(int version) {
  const SslContextPointer context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL_CTX_set_security_level(context.get(), 0);
  ssl_.reset(SSL_new(context.get()));
  in_ = BIO_new(BIO_s_mem());
  out_ = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_connect_state(ssl_.get());
}

Buffer TlsClient::receive(Bytes ciphertext) {
  if (!ciphertext.empty()) {
    REQUIRE(BIO_write(in_, ciphertext.data(), static_cast<int>(ciphertext.size())) ==
            static_cast<int>(ciphertext.size()));
  }
  Buffer plain;
  std::array<std::byte, 16384> bytes;
  int count = 0;
  while ((count = SSL_read(ssl_.get(), bytes.data(), bytes.size())) > 0) {
    plain.insert(plain.end(), bytes.begin(), bytes.begin() + count);
  }
  return plain;
}

void TlsClient::send(Bytes plain) {
  const int size = static_cast<int>(plain.size());
  REQUIRE(SSL_write(ssl_.get(), plain.data(), size) == size);
}

Buffer TlsClient::take_output() {
  Buffer bytes(BIO_ctrl_pending(out_));
  if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

TestIdentity::TestIdentity(const Names& names)
    : files(keep_self_made(folder / "", names, wall_clock()).value()) {}

ContextOptions TestIdentity::options() const {
  return {.certificate_file = files.certificate_file, .key_file = files.key_file};
}

}  // namespace relay::net::tls::test
