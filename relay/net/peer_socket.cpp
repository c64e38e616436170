#include "relay/net/peer_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "relay/net/socket_address.h"

namespace relay::net {
namespace {

constexpr int keepalive_after_seconds = 60;

std::unexpected<std::error_code> last_error() {
  return std::unexpected(std::error_code(errno, std::system_category()));
}

bool set_option(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

}  // namespace

std::expected<FileDescriptor, std::error_code> begin_connect(const stun::TransportAddress& local,
                                                             const stun::TransportAddress& peer,
                                                             const std::string& device) {
  FileDescriptor fd(
      ::socket(address_family(local.ip.family()), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return last_error();
  const int number = fd.number();
  // The relay listens there, and its other connections leave from there.
  if (!set_option(number, SOL_SOCKET, SO_REUSEADDR, 1) ||
      !set_option(number, SOL_SOCKET, SO_REUSEPORT, 1)) {
    return last_error();
  }
  if (!local.ip.is_v4()) set_option(number, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  set_option(number, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(number, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(number, IPPROTO_TCP, TCP_KEEPIDLE, keepalive_after_seconds);
  if (!device.empty() && ::setsockopt(number, SOL_SOCKET, SO_BINDTODEVICE, device.c_str(),
                                      static_cast<socklen_t>(device.size())) != 0) {
    return last_error();
  }
  const SocketAddress from(local), to(peer);
  if (::bind(number, from.data(), from.size()) != 0) return last_error();
  if (::connect(number, to.data(), to.size()) != 0 && errno != EINPROGRESS) return last_error();
  return fd;
}

bool has_connected(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace relay::net
