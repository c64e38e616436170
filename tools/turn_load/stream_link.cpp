#include "tools/turn_load/stream_link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "tools/turn_load/failure_text.h"
#include "turn/stream_framer.h"

namespace turn_load {

using relay::net::FileDescriptor;
using relay::net::SocketAddress;

StreamLink::StreamLink(const Route& route, const stun::IpAddress& local) : route_(route) {
  begin_connecting(local);
}

void StreamLink::begin_connecting(const stun::IpAddress& local) {
  const int family = relay::net::address_family(route_.server.ip.family());
  socket_ = FileDescriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_.is_open()) return fail(errno);
  const int on = 1;
  ::setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // The port is chosen when connecting, so that one port serves towards several servers.
  ::setsockopt(fd(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const SocketAddress from(stun::TransportAddress{local, 0});
  if (::bind(fd(), from.data(), from.size()) != 0) return fail(errno);
  const SocketAddress server(route_.server);
  if (::connect(fd(), server.data(), server.size()) != 0 && errno != EINPROGRESS) fail(errno);
}

void StreamLink::advance() {
  if (state_ == State::connecting) finish_connecting();
  if (state_ == State::securing) secure();
  if (state_ == State::open) flush();
}

void StreamLink::finish_connecting() {
  sockaddr_in6 peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(fd(), reinterpret_cast<sockaddr*>(&peer), &size) == 0) {
    state_ = route_.transport == Transport::tls ? State::securing : State::open;
    if (state_ == State::securing) tls_ = route_.tls->connect(fd());
    return;
  }
  int error = 0;
  socklen_t length = sizeof error;
  ::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) fail(error);
}

void StreamLink::secure() {
  const int result = SSL_connect(tls_.get());
  if (result == 1) {
    state_ = State::open;
    return;
  }
  const int why = SSL_get_error(tls_.get(), result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return;
  fail(describe_tls_failure(*tls_, result));
}

void StreamLink::send(Bytes message) {
  waiting_.insert(waiting_.end(), message.begin(), message.end());
  if (is_open()) flush();
}

std::size_t StreamLink::send_train(Bytes train, std::size_t segment) {
  if (!is_open() || waiting_.size() - written_ > max_waiting) return 0;
  send(train);
  return train.size() / segment;
}

void StreamLink::flush() {
  while (written_ < waiting_.size()) {
    const std::size_t count = write_some(Bytes(waiting_).subspan(written_));
    if (count == 0) break;
    written_ += count;
  }
  if (written_ == waiting_.size()) {
    waiting_.clear();
    written_ = 0;
  } else if (written_ > max_waiting) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(written_));
    written_ = 0;
  }
}

void StreamLink::receive(MessageSink& sink) {
  constexpr int max_rounds = 16;
  for (int round = 0; round < max_rounds && is_open(); ++round) {
    const std::size_t before = arrived_.size();
    constexpr std::size_t room = 32 * 1024;
    arrived_.resize(before + room);
    const std::size_t count = read_some(std::span(arrived_).subspan(before));
    arrived_.resize(before + count);
    cut(sink);
    if (count < room && (!tls_ || SSL_pending(tls_.get()) == 0)) break;
  }
}

void StreamLink::cut(MessageSink& sink) {
  Bytes rest = arrived_;
  while (true) {
    const turn::Frame frame = turn::next_frame(rest);
    if (frame.kind == turn::Frame::Kind::garbage)
      return fail("the server sends neither STUN nor ChannelData");
    if (frame.kind == turn::Frame::Kind::incomplete) break;
    sink.on_message(rest.first(frame.size));
    rest = rest.subspan(frame.size);
  }
  const auto used = static_cast<std::ptrdiff_t>(arrived_.size() - rest.size());
  arrived_.erase(arrived_.begin(), arrived_.begin() + used);
}

std::size_t StreamLink::write_some(Bytes bytes) {
  if (!tls_) return checked(::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20));
  return checked_tls(SSL_write(tls_.get(), bytes.data(), size));
}

std::size_t StreamLink::read_some(std::span<std::byte> bytes) {
  if (tls_) return checked_tls(SSL_read(tls_.get(), bytes.data(), static_cast<int>(bytes.size())));
  const ssize_t count = ::recv(fd(), bytes.data(), bytes.size(), 0);
  if (count == 0) fail(ECONNRESET);
  return checked(count);
}

std::size_t StreamLink::checked(ssize_t result) {
  if (result >= 0) return static_cast<std::size_t>(result);
  if (errno != EAGAIN && errno != EINTR) fail(errno);
  return 0;
}

std::size_t StreamLink::checked_tls(int result) {
  if (result > 0) return static_cast<std::size_t>(result);
  const int why = SSL_get_error(tls_.get(), result);
  if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
    fail(describe_tls_failure(*tls_, result));
  }
  return 0;
}

void StreamLink::fail(int error) {
  fail(describe_errno(error, {route_.server, route_.transport, route_.user, route_.peer}));
}

void StreamLink::fail(std::string sentence) {
  state_ = State::broken;
  if (failure_.empty()) failure_ = std::move(sentence);
}

}  // namespace turn_load
