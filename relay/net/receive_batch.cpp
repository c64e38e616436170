#include "relay/net/receive_batch.h"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <cassert>
#include <cstring>

namespace relay::net {
namespace {

template <typename Value>
Value control_value(const cmsghdr& header) {
  Value value{};
  std::memcpy(&value, CMSG_DATA(&header), sizeof value);
  return value;
}

void read_control(const cmsghdr& header, Received& received) {
  if (header.cmsg_level == SOL_UDP && header.cmsg_type == UDP_GRO) {
    received.segment = static_cast<std::size_t>(control_value<int>(header));
  } else if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_TOS) {
    received.tos = control_value<std::uint8_t>(header);
  } else if (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_TCLASS) {
    received.tos = static_cast<std::uint8_t>(control_value<int>(header));
  } else if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_PKTINFO) {
    received.local = ip_address(control_value<in_pktinfo>(header).ipi_addr);
  } else if (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_PKTINFO) {
    received.local = ip_address(control_value<in6_pktinfo>(header).ipi6_addr);
  }
}

}  // namespace

ReceiveBatch::ReceiveBatch()
    : bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity * buffer_size)),
      slots_(std::make_unique<std::array<Slot, capacity>>()) {
  for (std::size_t i = 0; i < capacity; ++i) {
    Slot& slot = (*slots_)[i];
    vectors_[i] = {.iov_base = bytes_.get() + i * buffer_size, .iov_len = buffer_size};
    messages_[i].msg_hdr.msg_name = slot.source.data();
    messages_[i].msg_hdr.msg_iov = &vectors_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    messages_[i].msg_hdr.msg_control = slot.control.data();
  }
}

std::size_t ReceiveBatch::receive(DatagramSocket& socket, std::size_t limit) {
  assert(limit >= 1 && limit <= capacity);
  for (std::size_t i = 0; i < limit; ++i) {
    messages_[i].msg_hdr.msg_namelen = SocketAddress::capacity;
    messages_[i].msg_hdr.msg_controllen = control_size;
  }
  std::size_t count = 1;
  if (limit == 1) {
    const ssize_t size = ::recvmsg(socket.fd(), &messages_[0].msg_hdr, MSG_DONTWAIT);
    if (size < 0) return 0;
    messages_[0].msg_len = static_cast<unsigned>(size);
  } else {
    const int received = ::recvmmsg(socket.fd(), messages_.data(), static_cast<unsigned>(limit),
                                    MSG_DONTWAIT, nullptr);
    if (received <= 0) return 0;
    count = static_cast<std::size_t>(received);
  }
  note_drops(socket, messages_[count - 1].msg_hdr);
  return count;
}

Received ReceiveBatch::at(std::size_t index) const {
  const mmsghdr& message = messages_[index];
  Received received;
  received.source = (*slots_)[index].source.decode();
  received.bytes = {bytes_.get() + index * buffer_size, message.msg_len};
  received.segment = message.msg_len;
  msghdr header = message.msg_hdr;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    read_control(*control, received);
  }
  return received;
}

/// The count rides on a datagram only once there is something to count, so the last one tells all.
void ReceiveBatch::note_drops(DatagramSocket& socket, const msghdr& message) {
  msghdr header = message;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
      drops_ += socket.new_drops(control_value<std::uint32_t>(*control));
    }
  }
}

}  // namespace relay::net
