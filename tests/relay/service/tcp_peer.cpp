#include "service/tcp_peer.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>

#include "relay/net/socket_address.h"
#include "tests/support/patient_poll.h"

namespace relay::test {
namespace {

constexpr int patience_milliseconds = 10'000;
const TransportAddress any_port{stun::IpAddress::v4({127, 0, 0, 1}), 0};

net::FileDescriptor open_socket(bool blocking) {
  return net::FileDescriptor(
      ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK), 0));
}

bool wait(int fd, short events) {
  pollfd one{.fd = fd, .events = events, .revents = 0};
  return support::patient_poll(&one, 1, patience_milliseconds) == 1;
}

void do_not_block(int fd) { REQUIRE(::fcntl(fd, F_SETFL, O_NONBLOCK) == 0); }

}  // namespace

StreamEnd::StreamEnd(net::FileDescriptor fd) : own_(std::move(fd)), fd_(own_.number()) {
  do_not_block(fd_);
}

StreamEnd::StreamEnd(WireClient& client)
    : received(client.take_rest()), fd_(client.fd()), ssl_(client.ssl()) {
  do_not_block(fd_);
  if (ssl_ != nullptr) SSL_set_mode(ssl_, SSL_MODE_ENABLE_PARTIAL_WRITE);
}

void StreamEnd::read() {
  std::array<std::byte, 65536> bytes;
  const ssize_t size = ssl_ != nullptr
                           ? SSL_read(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                           : ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (size > 0) {
    received.insert(received.end(), bytes.begin(), bytes.begin() + size);
  } else if (ssl_ != nullptr) {
    ended = SSL_get_error(ssl_, static_cast<int>(size)) != SSL_ERROR_WANT_READ;
    ERR_clear_error();
  } else {
    ended = size == 0 || errno != EAGAIN;
  }
}

std::size_t StreamEnd::write(Bytes bytes) {
  if (bytes.empty()) return 0;
  bytes = bytes.first(std::min<std::size_t>(bytes.size(), 16'000));
  const ssize_t size = ssl_ != nullptr
                           ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                           : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (size <= 0) ERR_clear_error();
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

bool StreamEnd::has_room_within(int milliseconds) const {
  pollfd one{.fd = fd_, .events = POLLOUT, .revents = 0};
  return support::patient_poll(&one, 1, milliseconds) == 1;
}

bool StreamEnd::send_all(Bytes bytes) {
  return eventually([&] {
    bytes = bytes.subspan(write(bytes));
    return bytes.empty();
  });
}

void StreamEnd::end_output() {
  if (ssl_ != nullptr) SSL_shutdown(ssl_);
  ::shutdown(fd_, SHUT_WR);
}

void StreamEnd::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  REQUIRE(::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
  own_.close();
}

bool StreamEnd::wait_for_end() {
  while (!ended && wait(fd_, POLLIN)) read();
  return ended;
}

bool StreamEnd::wait_for(std::size_t size) {
  while (received.size() < size && !ended && wait(fd_, POLLIN)) read();
  return received.size() >= size;
}

bool exchange(StreamEnd& a, Bytes from_a, StreamEnd& b, Bytes from_b) {
  const std::size_t to_a = a.received.size() + from_b.size();
  const std::size_t to_b = b.received.size() + from_a.size();
  return eventually([&] {
    from_a = from_a.subspan(a.write(from_a));
    from_b = from_b.subspan(b.write(from_b));
    if (a.received.size() < to_a) a.read();
    if (b.received.size() < to_b) b.read();
    return (a.received.size() >= to_a && b.received.size() >= to_b) || a.ended || b.ended;
  });
}

TcpPeer::TcpPeer(Kind kind) : fd_(open_socket(true)) {
  const net::SocketAddress address(any_port);
  REQUIRE(::bind(fd_.number(), address.data(), address.size()) == 0);
  address_ = net::local_address(fd_.number());
  if (kind == Kind::deaf) return;
  REQUIRE(::listen(fd_.number(), kind == Kind::swallowing ? 0 : 16) == 0);
  if (kind == Kind::listening) return;
  // Once the queue of those who wait to be accepted is full, the kernel drops further attempts.
  const net::SocketAddress own(address_);
  for (int i = 0; i < 4; ++i) {
    in_the_way_.push_back(open_socket(false));
    ::connect(in_the_way_.back().number(), own.data(), own.size());
  }
}

StreamEnd TcpPeer::accept() {
  REQUIRE(wait(fd_.number(), POLLIN));
  net::SocketAddress source;
  socklen_t size = net::SocketAddress::capacity;
  net::FileDescriptor connection(
      ::accept4(fd_.number(), source.data(), &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
  REQUIRE(connection.is_open());
  source_ = source.decode();
  return StreamEnd(std::move(connection));
}

std::optional<StreamEnd> TcpPeer::connect(const TransportAddress& to) {
  net::FileDescriptor connection = open_socket(true);
  const net::SocketAddress address(to);
  if (::connect(connection.number(), address.data(), address.size()) != 0) return std::nullopt;
  return StreamEnd(std::move(connection));
}

}  // namespace relay::test
