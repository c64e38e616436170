#include "relay/self_test/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "relay/net/socket_address.h"
#include "turn/stream_framer.h"

namespace relay::self_test {
namespace {

/// Short enough for a request to stop to be heard.
constexpr std::chrono::milliseconds longest_wait{50};

bool wait_for(int socket, short events, const Patience& patience) {
  while (!patience.is_over()) {
    pollfd waiting{.fd = socket, .events = events, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(longest_wait.count())) > 0) return true;
  }
  return false;
}

/// What the system says, and what it means for somebody who just started a server.
Failure explain(int error) {
  switch (error) {
    case ECONNREFUSED:
      return "refused: nothing listens there, or a firewall rejects it";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "no route to it from here";
    case EPERM:
    case EACCES:
      return "forbidden by a firewall on this machine";
    case ECONNRESET:
    case EPIPE:
      return "the connection was closed";
    default:
      return std::strerror(error);
  }
}

}  // namespace

std::expected<Connection, Failure> Connection::open(const stun::TransportAddress& server,
                                                    turn::Transport transport,
                                                    const Patience& patience) {
  const int type = transport == turn::Transport::udp ? SOCK_DGRAM : SOCK_STREAM;
  net::FileDescriptor socket(
      ::socket(net::address_family(server.ip.family()), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return std::unexpected(explain(errno));
  const net::SocketAddress address(server);
  if (::connect(socket.number(), address.data(), address.size()) != 0) {
    if (errno != EINPROGRESS) return std::unexpected(explain(errno));
    if (!wait_for(socket.number(), POLLOUT, patience)) {
      return std::unexpected("nobody accepts the connection");
    }
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return std::unexpected(explain(error));
  }
  return Connection(std::move(socket), transport);
}

std::expected<void, Failure> Connection::send(stun::Bytes message) {
  const ssize_t sent = ::send(socket_.number(), message.data(), message.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(message.size())) return {};
  return std::unexpected(explain(sent < 0 ? errno : EPIPE));
}

std::expected<stun::Bytes, Failure> Connection::receive(const Patience& patience) {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
  filled_ -= std::exchange(consumed_, 0);
  while (true) {
    if (const stun::Bytes message = take_message(); !message.empty()) return message;
    if (!wait_for(socket_.number(), POLLIN, patience)) return stun::Bytes{};
    const ssize_t got =
        ::recv(socket_.number(), buffer_.data() + filled_, buffer_.size() - filled_, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) return std::unexpected(explain(errno));
    if (got == 0 && transport_ == turn::Transport::tcp) return std::unexpected(explain(EPIPE));
    filled_ += static_cast<std::size_t>(got);
  }
}

stun::TransportAddress Connection::local() const { return net::local_address(socket_.number()); }

/// The first message in the buffer: a whole datagram, or what the stream has so far when that is
/// one message.
stun::Bytes Connection::take_message() {
  const auto stored = std::span(std::as_const(buffer_)).first(filled_);
  if (transport_ == turn::Transport::udp) {
    consumed_ = filled_;
    return stored;
  }
  const turn::Frame frame = turn::next_frame(stored);
  const bool whole =
      frame.kind == turn::Frame::Kind::stun || frame.kind == turn::Frame::Kind::channel_data;
  if (!whole || frame.size > filled_) return {};
  consumed_ = frame.size;
  return stored.first(frame.size);
}

}  // namespace relay::self_test
