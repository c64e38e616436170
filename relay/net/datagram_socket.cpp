#include "relay/net/datagram_socket.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <limits>

#include "relay/net/socket_address.h"

namespace relay::net {
namespace {

std::unexpected<std::error_code> last_error() {
  return std::unexpected(std::error_code(errno, std::system_category()));
}

bool set_option(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

/// What the socket tells with each datagram, and how it sends. Every one of these is a refinement:
/// a kernel without it still relays.
void prepare(int fd, const stun::TransportAddress& address) {
  const bool wildcard = address.ip.is_unspecified();
  if (address.ip.is_v4()) {
    set_option(fd, IPPROTO_IP, IP_RECVTOS, 1);
    set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT);
    if (wildcard) set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
  } else {
    set_option(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
    set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_WANT);
    if (wildcard) set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }
  set_option(fd, SOL_UDP, UDP_GRO, 1);
  set_option(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
}

void report_errors(int fd, const stun::IpAddress& ip) {
  if (ip.is_v4()) {
    set_option(fd, IPPROTO_IP, IP_RECVERR, 1);
  } else {
    set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
  }
}

/// Without support an unknown control message would be skipped and the train leave as one. The
/// kernel is asked once.
std::uint16_t initial_segment_limit(int fd) {
  static const bool supported = [fd] {
    int segment = 0;
    socklen_t size = sizeof segment;
    return ::getsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment, &size) == 0;
  }();
  return supported ? 0xffff : 0;
}

/// Waiting datagrams, and errors, that recycle() throws away at most; what else arrives is a flood.
constexpr int max_stale = 64;

/// Takes out all that waits. False: there was too much of it.
bool discard(int fd, int flags) {
  for (int stale = 0; stale <= max_stale; ++stale) {
    // Takes one out whole, or the error that is pending.
    if (::recv(fd, nullptr, 0, MSG_DONTWAIT | MSG_TRUNC | flags) < 0 && errno == EAGAIN)
      return true;
  }
  return false;
}

}  // namespace

DatagramSocket::DatagramSocket(FileDescriptor fd, const stun::TransportAddress& local,
                               bool reports_errors)
    : fd_(std::move(fd)),
      local_(local),
      segment_limit_(initial_segment_limit(fd_.number())),
      wildcard_(local.ip.is_unspecified()),
      reports_errors_(reports_errors) {}

std::expected<DatagramSocket, std::error_code> DatagramSocket::open(
    const DatagramOptions& options) {
  FileDescriptor fd(::socket(address_family(options.address.ip.family()),
                             SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return last_error();
  const int number = fd.number();
  if (!options.address.ip.is_v4()) set_option(number, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (options.buffer != 0) set_buffer_sizes(number, options.buffer);
  if (!options.device.empty() &&
      ::setsockopt(number, SOL_SOCKET, SO_BINDTODEVICE, options.device.c_str(),
                   static_cast<socklen_t>(options.device.size())) != 0) {
    return last_error();
  }
  prepare(number, options.address);
  if (options.report_errors) report_errors(number, options.address.ip);
  if (options.join && !set_option(number, SOL_SOCKET, SO_REUSEPORT, 1)) return last_error();
  const SocketAddress address(options.address);
  if (::bind(number, address.data(), address.size()) != 0) return last_error();
  // Set after the bind, so that the bind itself fails while another program has the port.
  if (options.shared && !set_option(number, SOL_SOCKET, SO_REUSEPORT, 1)) return last_error();
  stun::TransportAddress local = options.address;
  if (local.port == 0) local = local_address(number);
  return DatagramSocket(std::move(fd), local, options.report_errors);
}

DatagramSocket DatagramSocket::adopt(int fd, const stun::TransportAddress& local) {
  return DatagramSocket(FileDescriptor(fd), local, true);
}

bool DatagramSocket::connect(const stun::TransportAddress& peer) {
  const SocketAddress address(peer);
  const bool connected = ::connect(fd(), address.data(), address.size()) == 0;
  connected_ = connected_ || connected;
  return connected;
}

void DatagramSocket::share_address() { set_option(fd(), SOL_SOCKET, SO_REUSEPORT, 1); }

bool DatagramSocket::is_half_full() const {
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof memory;
  return ::getsockopt(fd(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size) == 0 &&
         memory[SK_MEMINFO_RMEM_ALLOC] >= memory[SK_MEMINFO_RCVBUF] / 2;
}

bool DatagramSocket::recycle() {
  assert(!connected_);
  if (!discard(fd(), 0) || (reports_errors_ && !discard(fd(), MSG_ERRQUEUE))) return false;
  segment_limit_ = initial_segment_limit(fd());
  return true;
}

void DatagramSocket::take_error() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &size);
}

void set_buffer_sizes(int fd, std::size_t bytes) {
  constexpr std::size_t most = std::numeric_limits<int>::max() / 2;  // the kernel doubles it
  const int size = static_cast<int>(bytes < most ? bytes : most);
  if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, size)) {
    set_option(fd, SOL_SOCKET, SO_RCVBUF, size);
  }
  if (!set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, size)) {
    set_option(fd, SOL_SOCKET, SO_SNDBUF, size);
  }
}

}  // namespace relay::net
