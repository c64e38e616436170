#include "relay/data_end.h"

#include <sys/socket.h>

#include <cerrno>

#include "relay/net/tcp_session.h"

namespace relay {

void DataEnd::open(net::FileDescriptor socket, std::unique_ptr<net::tls::Engine> tls,
                   std::vector<std::byte> unsent) {
  socket_ = std::move(socket);
  tls_ = std::move(tls);
  unsent_ = std::move(unsent);
}

void DataEnd::close() {
  if (!is_open()) return;
  unwatch();
  socket_.close();
}

bool DataEnd::watch(std::uint32_t events) {
  if (watched_ == events) return true;
  if (watched_) {
    reactor_.change(fd(), *this, events);
  } else if (!reactor_.add(fd(), *this, events)) {
    return false;
  }
  watched_ = events;
  return true;
}

void DataEnd::unwatch() {
  if (watched_) reactor_.remove(fd(), *this);
  watched_.reset();
}

stun::Bytes DataEnd::read(std::span<std::byte> buffer) {
  const ssize_t size = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size <= 0) {
    has_ended_ = size == 0 || (errno != EAGAIN && errno != EINTR);
    return {};
  }
  const stun::Bytes received = buffer.first(static_cast<std::size_t>(size));
  if (!tls_) return received;
  const net::tls::Engine::Input input = tls_->read(received);
  has_ended_ = input.ended;
  send_sealed();  // An answer of TLS itself, or an alert.
  return input.plain;
}

void DataEnd::write(stun::Bytes bytes) {
  if (output_ != Output::open) return;
  if (!tls_) return send(bytes);
  tls_->append(bytes);
  tls_->seal();
  send_sealed();
}

void DataEnd::send_sealed() {
  send(tls_->workspace().output());
  tls_->workspace().clear_output();
}

void DataEnd::send(stun::Bytes bytes) {
  if (is_dead() || bytes.empty()) return;
  if (waiting() == 0) {
    const ssize_t size = ::send(fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && errno != EAGAIN && errno != EINTR) {
      output_ = Output::over;
      return;
    }
    bytes = bytes.subspan(size < 0 ? 0 : static_cast<std::size_t>(size));
  }
  unsent_.insert(unsent_.end(), bytes.begin(), bytes.end());
}

void DataEnd::flush() {
  if (waiting() == 0 || is_dead()) return;
  const ssize_t size = ::send(fd(), unsent_.data() + sent_, waiting(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size < 0) output_ = Output::over;
  sent_ += size < 0 ? waiting() : static_cast<std::size_t>(size);
  if (waiting() != 0) return;
  net::release_large(unsent_);
  sent_ = 0;
  if (output_ == Output::ending) finish_output();
}

void DataEnd::end_output() {
  if (output_ != Output::open) return;
  output_ = Output::ending;
  if (waiting() == 0) finish_output();
}

void DataEnd::finish_output() {
  if (tls_) {
    tls_->close();
    send_sealed();
    if (waiting() != 0) return;  // flush() comes back.
  }
  ::shutdown(fd(), SHUT_WR);
  output_ = Output::over;
}

}  // namespace relay
