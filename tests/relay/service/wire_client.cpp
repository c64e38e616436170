#include "service/wire_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "relay/net/datagram_socket.h"
#include "relay/net/socket_address.h"
#include "stun/attributes.h"
#include "tests/support/patient_poll.h"

namespace relay::test {
namespace {

constexpr int patience_milliseconds = 10'000;

/// No two clients ask by one transaction: on a port that the kernel gives out again, the second's
/// Allocate would be a retransmission of the first's.
std::atomic<std::uint32_t> next_transaction = 1;

bool readable(int fd, int milliseconds) {
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  return support::patient_poll(&waiting, 1, milliseconds) == 1;
}

net::FileDescriptor open_socket(int type, const std::string& ip) {
  const TransportAddress local{stun::IpAddress::parse(ip).value(), 0};
  net::FileDescriptor fd(::socket(net::address_family(local.ip.family()), type | SOCK_CLOEXEC, 0));
  const net::SocketAddress address(local);
  REQUIRE(fd.is_open());
  REQUIRE(::bind(fd.number(), address.data(), address.size()) == 0);
  return fd;
}

std::optional<UdpSocket::Datagram> receive_datagram(int fd) {
  UdpSocket::Datagram datagram{{}, Buffer(65536)};
  net::SocketAddress source;
  socklen_t size = net::SocketAddress::capacity;
  const ssize_t received = ::recvfrom(fd, datagram.bytes.data(), datagram.bytes.size(),
                                      MSG_DONTWAIT, source.data(), &size);
  if (received < 0) return std::nullopt;
  datagram.bytes.resize(static_cast<std::size_t>(received));
  datagram.source = source.decode();
  return datagram;
}

}  // namespace

Buffer to_buffer(std::string_view text) { return to_buffer(std::as_bytes(std::span(text))); }
Buffer to_buffer(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

Buffer pattern(std::size_t size, unsigned seed) {
  Buffer bytes(size);
  unsigned state = seed * 2654435761u + 1;
  for (std::byte& byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<std::byte>(state >> 24);
  }
  return bytes;
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_milliseconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

UdpSocket::UdpSocket(const std::string& ip)
    : fd_(open_socket(SOCK_DGRAM, ip)), address_(net::local_address(fd_.number())) {
  net::set_buffer_sizes(fd_.number(), 4 << 20);
}

void UdpSocket::send(const TransportAddress& to, Bytes bytes) {
  const net::SocketAddress address(to);
  const ssize_t sent =
      ::sendto(fd(), bytes.data(), bytes.size(), 0, address.data(), address.size());
  REQUIRE(sent == static_cast<ssize_t>(bytes.size()));
}

UdpSocket::Datagram UdpSocket::receive() {
  REQUIRE(readable(fd(), patience_milliseconds));
  return receive_datagram(fd()).value();
}

std::optional<UdpSocket::Datagram> UdpSocket::poll() { return receive_datagram(fd()); }

WireClient::WireClient(turn::Transport transport, const TransportAddress& server,
                       const std::string& local_ip)
    : transport_(transport),
      fd_(open_socket(turn::is_stream(transport) ? SOCK_STREAM : SOCK_DGRAM, local_ip)),
      server_(server) {
  local_ = net::local_address(fd());
  if (!turn::is_stream(transport_)) net::set_buffer_sizes(fd(), 4 << 20);
  if (transport_ == turn::Transport::udp) return;
  const net::SocketAddress address(server);
  REQUIRE(::connect(fd(), address.data(), address.size()) == 0);
  if (transport_ == turn::Transport::dtls) {
    begin_tls();
    return;
  }
  const int at_once = 1;
  REQUIRE(::setsockopt(fd(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once) == 0);
  if (transport_ == turn::Transport::tls) begin_tls();
}

void WireClient::begin_tls() {
  const bool dtls = transport_ == turn::Transport::dtls;
  const net::tls::SslContextPointer context(
      SSL_CTX_new(dtls ? DTLS_client_method() : TLS_client_method()));
  // A record may hold no data for us: a ticket.
  SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
  ssl_.reset(SSL_new(context.get()));
  SSL_set_fd(ssl_.get(), fd());
  if (dtls) {
    SSL_set_options(ssl_.get(), SSL_OP_NO_QUERY_MTU);
    SSL_set_mtu(ssl_.get(), 1200);
  }
  REQUIRE(SSL_connect(ssl_.get()) == 1);
}

void WireClient::send(Bytes bytes) {
  if (ssl_) {
    const int size = static_cast<int>(bytes.size());
    REQUIRE(SSL_write(ssl_.get(), bytes.data(), size) == size);
    return;
  }
  while (!bytes.empty()) {
    const net::SocketAddress address(server_);
    const bool udp = transport_ == turn::Transport::udp;
    const ssize_t sent = ::sendto(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                                  udp ? address.data() : nullptr, udp ? address.size() : 0);
    REQUIRE(sent > 0);
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

void WireClient::try_send(Bytes bytes) {
  pollfd room{.fd = fd(), .events = POLLOUT, .revents = 0};
  if (::poll(&room, 1, 0) != 1 || room.revents != POLLOUT) return;
  if (!ssl_) {
    ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  } else if (SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0) {
    ERR_clear_error();
  }
}

Buffer WireClient::receive() {
  std::optional<Buffer> message = receive_within(patience_milliseconds);
  REQUIRE(message.has_value());
  return std::move(*message);
}

std::optional<Buffer> WireClient::receive_within(int milliseconds) {
  if (transport_ == turn::Transport::udp) {
    if (!readable(fd(), milliseconds)) return std::nullopt;
    auto datagram = receive_datagram(fd());
    if (!datagram) return std::nullopt;
    answered_from_ = datagram->source;
    return std::move(datagram->bytes);
  }
  if (transport_ == turn::Transport::dtls) {  // A record is a message.
    while (stream_.empty() && fill_stream(milliseconds)) {
    }
    if (stream_.empty()) return std::nullopt;
    return std::exchange(stream_, {});
  }
  for (;;) {
    if (stream_.size() >= 4) {
      const std::size_t length = stun::load_u16(stream_, 2);
      const bool is_stun = (std::to_integer<unsigned>(stream_[0]) & 0xc0) == 0;
      const std::size_t size = is_stun ? 20 + length : 4 + (length + 3) / 4 * 4;
      if (stream_.size() >= size) {
        const auto end = stream_.begin() + static_cast<std::ptrdiff_t>(size);
        Buffer message(stream_.begin(), end);
        stream_.erase(stream_.begin(), end);
        return message;
      }
    }
    if (!fill_stream(milliseconds)) return std::nullopt;
  }
}

bool WireClient::fill_stream(int milliseconds) {
  if ((!ssl_ || SSL_pending(ssl_.get()) == 0) && !readable(fd(), milliseconds)) return false;
  std::array<std::byte, 65536> bytes;
  const ssize_t size = ssl_ ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                            : ::recv(fd(), bytes.data(), bytes.size(), 0);
  if (size <= 0)
    return ssl_ && SSL_get_error(ssl_.get(), static_cast<int>(size)) == SSL_ERROR_WANT_READ;
  stream_.insert(stream_.end(), bytes.begin(), bytes.begin() + size);
  return true;
}

bool WireClient::wait_for_end() {
  while (readable(fd(), patience_milliseconds)) {
    std::array<std::byte, 65536> bytes;
    if (::recv(fd(), bytes.data(), bytes.size(), 0) <= 0) return true;
  }
  return false;
}

Buffer WireClient::request(stun::Method method, const Fill& fill) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::array<std::byte, 1024> bytes{};
    stun::TransactionId id{};
    stun::store_u32(id, 0, next_transaction++);
    stun::MessageBuilder message(bytes, {method, stun::Class::request}, id);
    if (fill) fill(message);
    if (!nonce_.empty()) {
      message.add_text(stun::AttributeType::username, username);
      message.add_text(stun::AttributeType::realm, realm_);
      message.add(stun::AttributeType::nonce, nonce_);
      message.add_integrity(key_);
    }
    Buffer request = to_buffer(message.finish().value());
    if (!nonce_.empty()) {
      const Buffer behind = std::exchange(behind_request_, {});
      request.insert(request.end(), behind.begin(), behind.end());
    }
    send(request);
    Buffer answer = receive();
    const auto view = stun::MessageView::parse(answer);
    REQUIRE(view);
    REQUIRE(view->transaction_id() == id);
    const int code = error_code(answer);
    const bool challenged = code == 438 || (code == 401 && nonce_.empty());
    if (!challenged) return answer;
    const Bytes realm = view->value(stun::AttributeType::realm).value();
    realm_ = stun::decode_text(realm, 128).value();
    nonce_ = to_buffer(view->value(stun::AttributeType::nonce).value());
    key_ = stun::long_term_key_md5(username, realm_, password);
  }
  throw std::runtime_error("challenged again and again");
}

Buffer WireClient::succeed(stun::Method method, const Fill& fill) {
  Buffer answer = request(method, fill);
  REQUIRE(error_code(answer) == 0);
  return answer;
}

TransportAddress WireClient::allocate(const Fill& more) {
  const Buffer answer = succeed(stun::Method::allocate, [&](stun::MessageBuilder& message) {
    message.add_leading_u8(stun::AttributeType::requested_transport, 17);
    if (more) more(message);
  });
  return xor_address(answer, stun::AttributeType::xor_relayed_address);
}

void WireClient::permit(const TransportAddress& peer) {
  succeed(stun::Method::create_permission, [&](stun::MessageBuilder& message) {
    message.add_xor_address(stun::AttributeType::xor_peer_address, peer);
  });
}

void WireClient::bind(std::uint16_t channel, const TransportAddress& peer) {
  succeed(stun::Method::channel_bind, [&](stun::MessageBuilder& message) {
    message.add_u32(stun::AttributeType::channel_number, std::uint32_t{channel} << 16);
    message.add_xor_address(stun::AttributeType::xor_peer_address, peer);
  });
}

void WireClient::refresh(std::uint32_t lifetime) {
  succeed(stun::Method::refresh, [&](stun::MessageBuilder& message) {
    message.add_u32(stun::AttributeType::lifetime, lifetime);
  });
}

void WireClient::send_channel_data(std::uint16_t channel, Bytes payload) {
  send(channel_data(transport_, channel, payload));
}

void WireClient::send_indication(const TransportAddress& peer, Bytes payload) {
  Buffer bytes(payload.size() + 128);
  stun::MessageBuilder message(bytes, {stun::Method::send, stun::Class::indication}, {});
  message.add_xor_address(stun::AttributeType::xor_peer_address, peer);
  message.add(stun::AttributeType::data, payload);
  send(message.finish().value());
}

Buffer WireClient::receive_channel_data(std::uint16_t channel) {
  const Buffer message = receive();
  REQUIRE(message.size() >= 4);
  REQUIRE(stun::load_u16(message, 0) == channel);
  const std::size_t length = stun::load_u16(message, 2);
  REQUIRE(message.size() >= 4 + length);
  return to_buffer(Bytes(message).subspan(4, length));
}

Buffer channel_data(turn::Transport transport, std::uint16_t channel, Bytes payload) {
  const std::size_t padded =
      turn::is_stream(transport) ? (payload.size() + 3) / 4 * 4 : payload.size();
  Buffer message(4 + padded);
  stun::store_u16(message, 0, channel);
  stun::store_u16(message, 2, static_cast<std::uint16_t>(payload.size()));
  std::ranges::copy(payload, message.begin() + 4);
  return message;
}

int error_code(Bytes response) {
  const auto view = stun::MessageView::parse(response);
  REQUIRE(view);
  const auto value = view->value(stun::AttributeType::error_code);
  if (!value) return 0;
  return static_cast<int>(stun::decode_error_code(*value).value().code);
}

TransportAddress xor_address(Bytes response, stun::AttributeType type) {
  const auto view = stun::MessageView::parse(response);
  REQUIRE(view);
  return stun::decode_xor_address(view->value(type).value(), view->transaction_id()).value();
}

}  // namespace relay::test
