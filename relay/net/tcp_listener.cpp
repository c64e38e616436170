#include "relay/net/tcp_listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "relay/net/socket_address.h"

namespace relay::net {
namespace {

constexpr int backlog = 1024;
/// So many connections before others have their turn.
constexpr int max_accepts = 64;
constexpr int keepalive_after_seconds = 60;

std::unexpected<std::error_code> last_error() {
  return std::unexpected(std::error_code(errno, std::system_category()));
}

bool set_option(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

stun::TransportAddress peer_address(int fd) {
  SocketAddress address;
  socklen_t size = SocketAddress::capacity;
  if (::getpeername(fd, address.data(), &size) != 0) return {};
  return address.decode();
}

}  // namespace

std::expected<BoundTcp, std::error_code> bind_tcp(const TcpOptions& options) {
  const stun::IpAddress& ip = options.address.ip;
  FileDescriptor fd(
      ::socket(address_family(ip.family()), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return last_error();
  const int number = fd.number();
  // Connections of an earlier run that linger in TIME_WAIT do not hold the port.
  if (!set_option(number, SOL_SOCKET, SO_REUSEADDR, 1)) return last_error();
  if (!ip.is_v4()) set_option(number, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (!options.device.empty() &&
      ::setsockopt(number, SOL_SOCKET, SO_BINDTODEVICE, options.device.c_str(),
                   static_cast<socklen_t>(options.device.size())) != 0) {
    return last_error();
  }
  if (options.join && !set_option(number, SOL_SOCKET, SO_REUSEPORT, 1)) return last_error();
  const SocketAddress address(options.address);
  if (::bind(number, address.data(), address.size()) != 0) return last_error();
  // Set after the bind, so that the bind itself fails while another program has the port.
  if (options.shared && !set_option(number, SOL_SOCKET, SO_REUSEPORT, 1)) return last_error();
  if (::listen(number, backlog) != 0) return last_error();
  return BoundTcp{.fd = std::move(fd), .local = local_address(number)};
}

TcpListener::TcpListener(Reactor& reactor, BoundTcp bound, StreamAcceptor& acceptor,
                         Entrance entrance)
    : reactor_(reactor), bound_(std::move(bound)), acceptor_(acceptor), entrance_(entrance) {}

bool TcpListener::start() { return reactor_.add(bound_.fd.number(), *this); }

void TcpListener::stop() {
  if (!bound_.fd.is_open()) return;
  reactor_.remove(bound_.fd.number(), *this);
  bound_.fd.close();
}

void TcpListener::resume() {
  if (!paused_) return;
  paused_ = false;
  reactor_.change(bound_.fd.number(), *this, EPOLLIN);
}

void TcpListener::on_ready(std::uint32_t) {
  for (int i = 0; i < max_accepts && accept(); ++i) {
  }
}

bool TcpListener::accept() {
  FileDescriptor socket(
      ::accept4(bound_.fd.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.is_open()) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      paused_ = true;
      reactor_.change(bound_.fd.number(), *this, 0);
      return false;
    }
    return errno == ECONNABORTED || errno == EINTR;
  }
  const int fd = socket.number();
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, keepalive_after_seconds);
  const turn::FiveTuple client{peer_address(fd), local_address(fd), turn::Transport::tcp};
  acceptor_.on_accept(std::move(socket), client, entrance_);
  return true;
}

}  // namespace relay::net
