#include "tools/turn_load/datagrams.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace turn_load {
namespace {

using relay::net::FileDescriptor;
using relay::net::SocketAddress;

constexpr int socket_buffer = 4 << 20;          // bytes
constexpr std::size_t max_train_bytes = 65000;  // of one UDP_SEGMENT send
constexpr std::size_t max_train_segments = 64;

/// Past the system's limit where the process may, up to it otherwise.
void enlarge_buffers(int fd) {
  for (const auto& [forced, plain] :
       {std::pair{SO_RCVBUFFORCE, SO_RCVBUF}, std::pair{SO_SNDBUFFORCE, SO_SNDBUF}}) {
    if (::setsockopt(fd, SOL_SOCKET, forced, &socket_buffer, sizeof socket_buffer) == 0) continue;
    ::setsockopt(fd, SOL_SOCKET, plain, &socket_buffer, sizeof socket_buffer);
  }
}

msghdr header_for(iovec& vector, const SocketAddress* to) {
  msghdr header{};
  if (to != nullptr) {
    header.msg_name = const_cast<sockaddr*>(to->data());
    header.msg_namelen = to->size();
  }
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  return header;
}

iovec vector_of(Bytes bytes) {
  return {.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
}

/// The size of the merged datagrams, or that of the only one.
std::size_t segment_size(const mmsghdr& message) {
  msghdr header = message.msg_hdr;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level != SOL_UDP || control->cmsg_type != UDP_GRO) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(control), sizeof size);
    if (size > 0) return static_cast<std::size_t>(size);
  }
  return message.msg_len;
}

}  // namespace

std::expected<FileDescriptor, int> open_datagram_socket(const stun::TransportAddress& local) {
  FileDescriptor socket(::socket(relay::net::address_family(local.ip.family()),
                                 SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return std::unexpected(errno);
  enlarge_buffers(socket.number());
  const int on = 1;  // A kernel without it merges nothing, which costs calls and nothing else.
  ::setsockopt(socket.number(), SOL_UDP, UDP_GRO, &on, sizeof on);
  const SocketAddress address(local);
  if (::bind(socket.number(), address.data(), address.size()) != 0) return std::unexpected(errno);
  return socket;
}

std::uint32_t dropped_datagrams(int fd) {
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof memory;
  if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0) return 0;
  return memory[SK_MEMINFO_DROPS];
}

DatagramReceiver::DatagramReceiver()
    : bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity * buffer_size)) {
  for (std::size_t i = 0; i < capacity; ++i) {
    vectors_[i] = {.iov_base = bytes_.get() + i * buffer_size, .iov_len = buffer_size};
    messages_[i].msg_hdr.msg_iov = &vectors_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    messages_[i].msg_hdr.msg_control = controls_[i].bytes.data();
  }
}

int DatagramReceiver::receive(int fd, MessageSink& sink) {
  for (int round = 0; round < max_rounds; ++round) {
    for (mmsghdr& message : messages_) message.msg_hdr.msg_controllen = sizeof(Control);
    const int count = ::recvmmsg(fd, messages_.data(), capacity, MSG_DONTWAIT, nullptr);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : errno;
    const auto received = static_cast<std::size_t>(count);
    for (std::size_t i = 0; i < received; ++i) hand_over(i, sink);
    if (received < capacity) return 0;
  }
  return 0;
}

void DatagramReceiver::hand_over(std::size_t index, MessageSink& sink) const {
  const std::size_t segment = segment_size(messages_[index]);
  Bytes rest(bytes_.get() + index * buffer_size, messages_[index].msg_len);
  while (!rest.empty()) {
    const std::size_t size = std::min(segment, rest.size());
    sink.on_message(rest.first(size));
    rest = rest.subspan(size);
  }
}

std::size_t DatagramSender::send(int fd, Bytes train, std::size_t segment,
                                 const SocketAddress* to) {
  const std::size_t fit = std::min(max_train_segments, max_train_bytes / segment);
  std::size_t sent = 0;
  while (!train.empty()) {
    const Bytes part = train.first(std::min(train.size(), fit * segment));
    const std::size_t count = part.size() / segment;
    std::size_t taken = 0;
    if (segmentation_ && count > 1) taken = send_together(fd, part, segment, to);
    if (!segmentation_ || count == 1) taken = send_each(fd, part, segment, to);
    sent += taken;
    if (taken < count) break;
    train = train.subspan(part.size());
  }
  return sent;
}

std::size_t DatagramSender::send_together(int fd, Bytes train, std::size_t segment,
                                          const SocketAddress* to) {
  iovec vector = vector_of(train);
  msghdr header = header_for(vector, to);
  const auto size = static_cast<std::uint16_t>(segment);
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof size)> control{};
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  cmsghdr* const option = CMSG_FIRSTHDR(&header);
  option->cmsg_level = SOL_UDP;
  option->cmsg_type = UDP_SEGMENT;
  option->cmsg_len = CMSG_LEN(sizeof size);
  std::memcpy(CMSG_DATA(option), &size, sizeof size);
  if (::sendmsg(fd, &header, MSG_DONTWAIT) >= 0) return train.size() / segment;
  // The device or the path cannot do it: from now on one by one.
  segmentation_ = errno != EIO && errno != EINVAL && errno != EMSGSIZE;
  return 0;
}

std::size_t DatagramSender::send_each(int fd, Bytes train, std::size_t segment,
                                      const SocketAddress* to) {
  std::array<iovec, max_train_segments> vectors;
  std::array<mmsghdr, max_train_segments> messages{};
  const std::size_t count = train.size() / segment;
  for (std::size_t i = 0; i < count; ++i) {
    vectors[i] = vector_of(train.subspan(i * segment, segment));
    messages[i].msg_hdr = header_for(vectors[i], to);
  }
  if (count == 1) return ::sendmsg(fd, &messages[0].msg_hdr, MSG_DONTWAIT) >= 0 ? 1 : 0;
  const int taken = ::sendmmsg(fd, messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
  return taken < 0 ? 0 : static_cast<std::size_t>(taken);
}

}  // namespace turn_load
