#include "tests/relay/net/dtls/dtls_client.h"

#include <openssl/err.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <span>
#include <thread>
#include <utility>

namespace relay::net::dtls::test {
namespace {

DtlsClient& client_of(BIO* bio) { return *static_cast<DtlsClient*>(BIO_get_data(bio)); }

/// In microseconds: long enough for a slow machine, short enough for a test to wait for.
unsigned little_patience(SSL*, unsigned) { return 200'000; }

}  // namespace

DtlsClient::DtlsClient(int version) : method_(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "test")) {
  BIO_meth_set_read(method_.get(), &on_read);
  BIO_meth_set_write(method_.get(), &on_write);
  BIO_meth_set_ctrl(method_.get(), &on_control);
  const tls::SslContextPointer context(SSL_CTX_new(DTLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), version);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL_CTX_set_security_level(context.get(), 0);
  ssl_.reset(SSL_new(context.get()));
  BIO* const bio = BIO_new(method_.get());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_connect_state(ssl_.get());
  SSL_set_options(ssl_.get(), SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu(ssl_.get(), 1200);
  DTLS_set_timer_cb(ssl_.get(), &little_patience);
}

Buffer DtlsClient::receive(Bytes datagram) {
  if (!datagram.empty()) in_.emplace_back(datagram.begin(), datagram.end());
  Buffer plain;
  std::array<std::byte, 16384> bytes;
  int count = 0;
  while ((count = SSL_read(ssl_.get(), bytes.data(), bytes.size())) > 0) {
    plain.insert(plain.end(), bytes.begin(), bytes.begin() + count);
  }
  ERR_clear_error();
  return plain;
}

void DtlsClient::send(Bytes plain) {
  SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
}

void DtlsClient::repeat() {
  timeval left{};
  while (DTLSv1_get_timeout(ssl_.get(), &left) == 1 && DTLSv1_handle_timeout(ssl_.get()) == 0) {
    std::this_thread::yield();
  }
}

std::vector<Buffer> DtlsClient::take_output() { return std::exchange(out_, {}); }

int DtlsClient::on_read(BIO* bio, char* bytes, int size) {
  std::deque<Buffer>& in = client_of(bio).in_;
  BIO_clear_retry_flags(bio);
  if (in.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t count = std::min(in.front().size(), static_cast<std::size_t>(size));
  std::ranges::copy(std::span(in.front()).first(count), reinterpret_cast<std::byte*>(bytes));
  in.pop_front();
  return static_cast<int>(count);
}

int DtlsClient::on_write(BIO* bio, const char* bytes, int size) {
  const auto written = std::as_bytes(std::span(bytes, static_cast<std::size_t>(size)));
  client_of(bio).out_.emplace_back(written.begin(), written.end());
  return size;
}

long DtlsClient::on_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace relay::net::dtls::test
