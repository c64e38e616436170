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

/// The count of drops rides on a datagram only once there is something to count.
void read_control(const cmsghdr& header, DatagramSocket& socket, Received& received,
                  std::uint32_t& drops) {
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
  } else if (header.cmsg_level == SOL_SOCKET && header.cmsg_type == SO_RXQ_OVFL) {
    drops += socket.new_drops(control_value<std::uint32_t>(header));
  }
}

}  // namespace

ReceiveBatch::ReceiveBatch(Ring* ring)
    : ring_(ring),
      bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity * buffer_size)),
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

void ReceiveBatch::prepare(std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    messages_[i].msg_hdr.msg_namelen = SocketAddress::capacity;
    messages_[i].msg_hdr.msg_controllen = control_size;
  }
}

std::span<const Received> ReceiveBatch::receive(DatagramSocket& socket, std::size_t limit) {
  assert(limit >= 1 && limit <= room());
  const std::size_t first = used_;
  prepare(first, limit);
  const int count = ::recvmmsg(socket.fd(), &messages_[first], static_cast<unsigned>(limit),
                               MSG_DONTWAIT, nullptr);
  if (count <= 0) return {};
  used_ += static_cast<std::size_t>(count);
  for (std::size_t i = first; i < used_; ++i) decode(socket, i, messages_[i].msg_len);
  return std::span(received_).subspan(first, used_ - first);
}

std::span<const Received> ReceiveBatch::receive_each(std::span<DatagramSocket* const> sockets) {
  assert(sockets.size() <= room());
  const std::size_t first = used_;
  prepare(first, sockets.size());
  const bool by_ring = ring_ != nullptr && ring_->works() && sockets.size() > 1;
  if (by_ring) {
    for (DatagramSocket* const socket : sockets) {
      ring_->receive(socket->fd(), messages_[used_++].msg_hdr);
    }
    ring_->submit();
  }
  used_ = first;
  for (std::size_t i = 0; i < sockets.size(); ++i, ++used_) {
    const ssize_t size = by_ring
                             ? ring_->result(i).value_or(-1)
                             : ::recvmsg(sockets[i]->fd(), &messages_[used_].msg_hdr, MSG_DONTWAIT);
    received_[used_] = {};
    if (size >= 0) decode(*sockets[i], used_, static_cast<std::size_t>(size));
  }
  return std::span(received_).subspan(first, sockets.size());
}

void ReceiveBatch::decode(DatagramSocket& socket, std::size_t index, std::size_t size) {
  Received& received = received_[index];
  received = {};
  received.source = (*slots_)[index].source.decode();
  received.bytes = {bytes_.get() + index * buffer_size, size};
  received.segment = size;
  received.arrived = true;
  msghdr& header = messages_[index].msg_hdr;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    read_control(*control, socket, received, drops_);
  }
}

}  // namespace relay::net
