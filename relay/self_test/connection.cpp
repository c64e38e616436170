#include "relay/self_test/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "relay/net/socket_address.h"
#include "turn/stream_framer.h"

namespace relay::self_test {

std::expected<Connection, Failure> Connection::open(const stun::TransportAddress& server,
                                                    turn::Transport transport,
                                                    const Patience& patience, const TlsPeer& peer) {
  const bool is_stream = turn::is_stream(transport);
  const int type = is_stream ? SOCK_STREAM : SOCK_DGRAM;
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
  Connection connection(std::move(socket), transport);
  if (transport == turn::Transport::tls || transport == turn::Transport::dtls) {
    const auto kind = is_stream ? TlsChannel::Kind::stream : TlsChannel::Kind::datagrams;
    auto channel = TlsChannel::begin(connection.socket_.number(), kind, peer, patience);
    if (!channel) return std::unexpected(channel.error());
    connection.tls_.emplace(*std::move(channel));
  }
  return connection;
}

std::expected<void, Failure> Connection::send(stun::Bytes message, const Patience& patience) {
  if (tls_) return tls_->send(message, patience);
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
    if (filled_ == buffer_.size()) return std::unexpected("what comes back is no STUN");
    const auto got = receive_some(std::span(buffer_).subspan(filled_));
    if (!got) return std::unexpected(got.error());
    filled_ += *got;
    if (*got == 0 && !wait_for(socket_.number(), POLLIN, patience)) return stun::Bytes{};
  }
}

std::string Connection::receive_text(const Patience& patience) {
  std::string text;
  while (text.size() < buffer_.size() && !text.contains("\r\n\r\n")) {
    const auto got = receive_some(std::span(buffer_).first(buffer_.size() - text.size()));
    if (!got) break;
    text.append(reinterpret_cast<const char*>(buffer_.data()), *got);
    if (*got == 0 && !wait_for(socket_.number(), POLLIN, patience)) break;
  }
  return text;
}

/// 0: nothing is there now.
std::expected<std::size_t, Failure> Connection::receive_some(std::span<std::byte> into) {
  if (tls_) return tls_->receive(into);
  const ssize_t got = ::recv(socket_.number(), into.data(), into.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::size_t{0};
  if (got < 0) return std::unexpected(explain(errno));
  if (got == 0 && transport_ == turn::Transport::tcp) return std::unexpected(explain(EPIPE));
  return static_cast<std::size_t>(got);
}

stun::TransportAddress Connection::local() const { return net::local_address(socket_.number()); }

/// The first message in the buffer: a whole datagram, or what the stream has so far when that is
/// one message.
stun::Bytes Connection::take_message() {
  const auto stored = std::span(std::as_const(buffer_)).first(filled_);
  if (!turn::is_stream(transport_)) {
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
