#include "relay/net/tcp_session.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>

namespace relay::net {
namespace {

/// A buffer that grew beyond this for one big message is given back.
constexpr std::size_t kept_capacity = 16 * 1024;
/// So many reads in a row before others have their turn.
constexpr int max_reads = 4;

/// The content type of a handshake record (RFC 8446 5.1), which no STUN message begins with.
constexpr std::byte tls_handshake{0x16};
/// So many bytes of a TLS connection say how long its ClientHello is; a longer one than any client
/// sends is not waited for.
constexpr std::size_t hello_header = 9;
constexpr std::uint32_t max_hello = 16 * 1024;

constexpr std::array<std::byte, 3> zeros{};

/// Of the ClientHello that begins the connection (RFC 8446 4, 5.1).
std::uint32_t hello_size(stun::Bytes bytes) { return stun::load_u32(bytes, 5) & 0xff'ffff; }

std::array<stun::Bytes, 3> parts_of(const StreamMessage& message) {
  return {message.header, message.payload, stun::Bytes(zeros).first(message.padding)};
}

}  // namespace

void release_large(std::vector<std::byte>& buffer) {
  buffer.clear();
  if (buffer.capacity() > kept_capacity) std::vector<std::byte>().swap(buffer);
}

TcpSession::TcpSession(Reactor& reactor, FileDescriptor socket, const turn::FiveTuple& client,
                       StreamOwner& owner)
    : reactor_(reactor), socket_(std::move(socket)), client_(client), owner_(owner) {}

TcpSession::TcpSession(Reactor& reactor, StreamRemains remains, StreamOwner& owner)
    : reactor_(reactor),
      socket_(std::move(remains.socket)),
      client_(remains.client),
      owner_(owner),
      tls_(std::move(remains.tls)),
      has_begun_(true),
      pending_(std::move(remains.unsent)) {}

TcpSession::~TcpSession() {
  if (is_open()) reactor_.remove(socket_.number(), *this);
}

bool TcpSession::start() {
  if (!reactor_.add(socket_.number(), *this)) return false;
  watch_for_room(waiting() != 0);
  return true;
}

StreamRemains TcpSession::release() {
  reactor_.remove(socket_.number(), *this);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(written_));
  written_ = 0;
  StreamRemains remains{std::move(socket_), client_, std::move(tls_), std::move(pending_)};
  owner_.on_stream_end(*this);
  return remains;
}

void TcpSession::close() {
  if (!is_open()) return;
  if (tls_ && waiting() == 0) {  // A good-bye that cannot leave now is not worth waiting for.
    tls_->close();
    const stun::Bytes alert = tls_->workspace().output();
    ::send(socket_.number(), alert.data(), alert.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    tls_->workspace().clear_output();
  }
  reactor_.remove(socket_.number(), *this);
  socket_.close();
  owner_.on_stream_end(*this);
}

void TcpSession::on_ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) write_pending();
  // An error or the end is found by reading.
  if ((events & ~std::uint32_t{EPOLLOUT}) == 0) return;
  const bool may_shake_hands = !has_begun_ || (tls_ && !tls_->is_established());
  if (!may_shake_hands) return owner_.on_readable(*this);
  if (owner_.may_shake_hands()) read();
}

void TcpSession::read() {
  for (int reads = 0; reads < max_reads && is_open() && read_some(); ++reads) {
  }
}

/// True when more may be there already.
bool TcpSession::read_some() {
  const std::span<std::byte> buffer = owner_.stream_buffer();
  const ssize_t size = ::recv(socket_.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size <= 0) {
    if (size == 0 || (errno != EAGAIN && errno != EINTR)) close();
    return false;
  }
  const auto received = static_cast<std::size_t>(size);
  begin_or_take(buffer.first(received));
  return received == buffer.size();
}

void TcpSession::begin_or_take(stun::Bytes bytes) {
  if (!has_begun_) return begin(bytes);
  if (tls_) return decrypt(bytes);
  take(bytes);
}

/// The first bytes: TLS, or the protocol as it is.
void TcpSession::begin(stun::Bytes bytes) {
  std::vector<std::byte> together;  // when they come in pieces
  if (!opening_.empty()) {
    together.swap(opening_);
    together.insert(together.end(), bytes.begin(), bytes.end());
    bytes = together;
  }
  if (awaits_proxy_header_ && !take_proxy_header(bytes)) return;
  if (bytes.front() != tls_handshake) {
    has_begun_ = true;
    return take(bytes);
  }
  if (bytes.size() < hello_header) {
    opening_.assign(bytes.begin(), bytes.end());
    return;
  }
  has_begun_ = true;
  if (hello_size(bytes) <= max_hello) tls_ = owner_.begin_tls(*this);
  if (!tls_) return close();
  decrypt(bytes);
}

/// Takes it off the front. False: there is nothing behind it yet, or nothing more to do.
bool TcpSession::take_proxy_header(stun::Bytes& bytes) {
  const auto header = parse_stream_header(bytes);
  if (!header) {
    owner_.on_proxy_failure(*this, header.error());
    close();
    return false;
  }
  if (!*header) {
    opening_.assign(bytes.begin(), bytes.end());
    return false;
  }
  awaits_proxy_header_ = false;
  bytes = bytes.subspan((*header)->size);
  if (!owner_.on_proxy_header(*this, **header)) close();
  return is_open() && !bytes.empty();
}

void TcpSession::decrypt(stun::Bytes bytes) {
  const bool was_established = tls_->is_established();
  const tls::Engine::Input input = tls_->read(bytes);
  if (!was_established) owner_.on_handshake(*this, tls_->is_established());
  if (!input.failure.empty()) owner_.on_tls_failure(*this, input.failure);
  write_sealed();
  if (!is_open()) return;
  if (!input.plain.empty()) take(input.plain);
  if (input.ended || waiting() > max_waiting) close();
}

void TcpSession::take(stun::Bytes bytes) {
  if (is_finishing_) return;
  if (!protocol_) protocol_ = owner_.begin_protocol(*this, bytes);
  if (!protocol_) return close();
  protocol_->on_bytes(*this, bytes);
}

void TcpSession::finish() {
  if (!is_open() || is_finishing_) return;
  is_finishing_ = true;
  if (waiting() == 0) end_output();
}

void TcpSession::end_output() {
  if (tls_) {
    tls_->close();
    write_sealed();
  }
  if (is_open() && waiting() == 0) ::shutdown(socket_.number(), SHUT_WR);
}

bool TcpSession::has_unacknowledged() const {
  int bytes = 0;
  return ::ioctl(socket_.number(), SIOCOUTQ, &bytes) == 0 && bytes != 0;
}

void TcpSession::send_control(stun::Bytes message) {
  const StreamMessage whole{.header = {}, .payload = message};
  if (send(std::span(&whole, 1), max_waiting) == 0) close();
}

std::size_t TcpSession::send_data(std::span<const StreamMessage> messages) {
  return send(messages, max_waiting_data);
}

std::size_t TcpSession::send(std::span<const StreamMessage> messages, std::size_t limit) {
  if (!is_open()) return 0;
  if (tls_) return send_sealed(messages, limit);
  std::size_t written = waiting() == 0 ? try_write(messages) : 0;
  std::size_t taken = 0;
  for (const StreamMessage& message : messages) {
    const std::size_t size = message.size();
    if (written >= size) {
      written -= size;
      ++taken;
      continue;
    }
    // The rest of a message that is half out must follow, whatever waits.
    if (written == 0 && waiting() + size > limit) continue;
    queue(message, written);
    written = 0;
    ++taken;
  }
  watch_for_room(waiting() != 0);
  return taken;
}

/// Which messages there is room for is decided first: of records that are half out the rest must
/// follow.
std::size_t TcpSession::send_sealed(std::span<const StreamMessage> messages, std::size_t limit) {
  std::size_t taken = 0, size = 0;
  for (const StreamMessage& message : messages) {
    if (waiting() + size + message.size() > limit) continue;
    for (const stun::Bytes part : parts_of(message)) tls_->append(part);
    size += message.size();
    ++taken;
  }
  tls_->seal();
  write_sealed();
  return taken;
}

/// Sends what the engine has put out; what the kernel does not take waits.
void TcpSession::write_sealed() {
  const StreamMessage sealed{.header = {}, .payload = tls_->workspace().output()};
  if (sealed.payload.empty()) return;
  const std::size_t written = waiting() == 0 ? try_write(std::span(&sealed, 1)) : 0;
  if (written < sealed.size()) queue(sealed, written);
  tls_->workspace().clear_output();
  watch_for_room(waiting() != 0);
}

/// How many bytes the kernel took.
std::size_t TcpSession::try_write(std::span<const StreamMessage> messages) {
  assert(messages.size() <= max_messages);
  std::array<iovec, 3 * max_messages> vectors;
  std::size_t count = 0;
  for (const StreamMessage& message : messages) {
    for (const stun::Bytes part : parts_of(message)) {
      if (part.empty()) continue;
      vectors[count++] = {.iov_base = const_cast<std::byte*>(part.data()), .iov_len = part.size()};
    }
  }
  msghdr header{};
  header.msg_iov = vectors.data();
  header.msg_iovlen = count;
  const ssize_t size = ::sendmsg(socket_.number(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (size >= 0) return static_cast<std::size_t>(size);
  if (errno != EAGAIN && errno != EINTR) close();
  return 0;
}

void TcpSession::queue(const StreamMessage& message, std::size_t skip) {
  for (stun::Bytes part : parts_of(message)) {
    const std::size_t skipped = std::min(skip, part.size());
    skip -= skipped;
    part = part.subspan(skipped);
    pending_.insert(pending_.end(), part.begin(), part.end());
  }
}

void TcpSession::write_pending() {
  const ssize_t size =
      ::send(socket_.number(), pending_.data() + written_, waiting(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (size < 0) {
    if (errno != EAGAIN && errno != EINTR) close();
    return;
  }
  written_ += static_cast<std::size_t>(size);
  if (waiting() == 0) {
    release_large(pending_);
    written_ = 0;
    watch_for_room(false);
    if (is_finishing_) return end_output();
    if (protocol_) protocol_->on_room(*this);
  } else if (written_ >= pending_.size() / 2) {
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(written_));
    written_ = 0;
  }
}

void TcpSession::watch_for_room(bool wanted) {
  if (wanted == wants_room_ || !is_open()) return;
  wants_room_ = wanted;
  reactor_.change(socket_.number(), *this,
                  wanted ? std::uint32_t{EPOLLIN} | std::uint32_t{EPOLLOUT} : EPOLLIN);
}

}  // namespace relay::net
