#include "service/http_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <charconv>

#include "relay/net/socket_address.h"
#include "tests/support/patient_poll.h"

namespace relay::test {

HttpClient::HttpClient(turn::Transport transport, const TransportAddress& server,
                       const std::string& protocol)
    : fd_(::socket(net::address_family(server.ip.family()), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const net::SocketAddress address(server);
  REQUIRE(::connect(fd_.number(), address.data(), address.size()) == 0);
  if (transport != turn::Transport::tls) return;
  const net::tls::SslContextPointer context(SSL_CTX_new(TLS_client_method()));
  ssl_.reset(SSL_new(context.get()));
  if (!protocol.empty()) {
    std::string offer(1, static_cast<char>(protocol.size()));
    offer += protocol;
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned>(offer.size()));
  }
  SSL_set_fd(ssl_.get(), fd_.number());
  int result = 0;
  do {
    result = SSL_connect(ssl_.get());
  } while (result != 1 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ);
  REQUIRE(result == 1);
}

void HttpClient::send(std::string_view text) {
  const auto size = static_cast<int>(text.size());
  if (ssl_) {
    REQUIRE(SSL_write(ssl_.get(), text.data(), size) == size);
  } else {
    REQUIRE(::send(fd_.number(), text.data(), text.size(), MSG_NOSIGNAL) == size);
  }
}

bool HttpClient::read_some() {
  constexpr int patience_milliseconds = 10'000;
  std::array<char, 16384> bytes;
  for (;;) {
    pollfd waiting{.fd = fd_.number(), .events = POLLIN, .revents = 0};
    const bool is_buffered = ssl_ && SSL_pending(ssl_.get()) != 0;
    if (!is_buffered) REQUIRE(support::patient_poll(&waiting, 1, patience_milliseconds) != 0);
    const auto count = ssl_ ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                            : static_cast<int>(::recv(fd_.number(), bytes.data(), bytes.size(), 0));
    if (count > 0) {
      received_.append(bytes.data(), static_cast<std::size_t>(count));
      return true;
    }
    // A record that gave nothing, or a system call that was interrupted.
    if (!ssl_ || SSL_get_error(ssl_.get(), count) != SSL_ERROR_WANT_READ) return false;
  }
}

HttpAnswer HttpClient::receive(bool no_content) {
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) REQUIRE(read_some());
  HttpAnswer answer{.head = received_.substr(0, end + 4)};
  REQUIRE(answer.head.starts_with("HTTP/1.1 "));
  answer.status = std::stoi(answer.head.substr(9));
  const std::size_t length_at = answer.head.find("Content-Length: ");
  REQUIRE(length_at != std::string::npos);
  const std::size_t length = no_content ? 0 : std::stoul(answer.head.substr(length_at + 16));
  while (received_.size() < end + 4 + length) REQUIRE(read_some());
  answer.content = received_.substr(end + 4, length);
  received_.erase(0, end + 4 + length);
  return answer;
}

HttpAnswer HttpClient::get(const std::string& path, const std::string& more_fields) {
  send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + more_fields + "\r\n");
  return receive();
}

std::string HttpClient::take(std::size_t size) {
  while (received_.size() < size) REQUIRE(read_some());
  const std::string taken = received_.substr(0, size);
  received_.erase(0, size);
  return taken;
}

std::string HttpClient::read_to_end() {
  while (read_some()) {
  }
  return std::exchange(received_, {});
}

}  // namespace relay::test
