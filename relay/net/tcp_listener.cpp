#include "relay/net/tcp_listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>

#include "relay/net/socket_address.h"

namespace relay::net {
namespace {

constexpr auto as_result = asio::experimental::as_tuple(asio::use_awaitable);
constexpr int backlog = 1024;
constexpr std::chrono::milliseconds pause_without_descriptors{100};
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

TcpListener::TcpListener(asio::io_context& context, BoundTcp bound, StreamAcceptor& acceptor)
    : listener_(context), pause_(context), local_(bound.local), acceptor_(acceptor) {
  listener_.assign(local_.ip.is_v4() ? asio::ip::tcp::v4() : asio::ip::tcp::v6(),
                   bound.fd.number());
  bound.fd.release();
}

void TcpListener::start() {
  asio::co_spawn(listener_.get_executor(), [this] { return accept(); }, asio::detached);
}

void TcpListener::stop() {
  asio::error_code ignored;
  listener_.close(ignored);
  pause_.cancel();
}

asio::awaitable<void> TcpListener::accept() {
  while (listener_.is_open()) {
    auto [error, socket] = co_await listener_.async_accept(as_result);
    if (!listener_.is_open()) co_return;
    if (error == std::errc::too_many_files_open ||
        error == std::errc::too_many_files_open_in_system || error == std::errc::no_buffer_space ||
        error == std::errc::not_enough_memory) {
      pause_.expires_after(pause_without_descriptors);
      co_await pause_.async_wait(as_result);
    }
    if (error) continue;
    const int fd = socket.native_handle();
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, keepalive_after_seconds);
    const turn::FiveTuple client{peer_address(fd), local_address(fd), turn::Transport::tcp};
    acceptor_.on_accept(std::move(socket), client);
  }
}

}  // namespace relay::net
