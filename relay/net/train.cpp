#include "relay/net/train.h"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <cassert>
#include <cstring>
#include <span>

namespace relay::net {
namespace {

template <typename Value>
stun::Bytes bytes_of(const Value& value) {
  return std::as_bytes(std::span(&value, 1));
}

}  // namespace

void Train::begin(DatagramSocket& socket, const Destination& destination, iovec* vectors,
                  std::size_t vectors_each, std::size_t size) {
  socket_ = &socket;
  destination_ = destination;
  address_ = SocketAddress(destination.to);
  vectors_ = vectors;
  vectors_each_ = vectors_each;
  count_ = 1;
  bytes_ = segment_ = size;
  ends_short_ = false;
}

void Train::append(std::size_t size) {
  ++count_;
  bytes_ += size;
  ends_short_ = size < segment_;
}

bool Train::takes(const DatagramSocket& socket, const Destination& destination,
                  std::size_t vectors_each, std::size_t size) const {
  return socket_ == &socket && size <= segment_ && size != 0 && !ends_short_ &&
         count_ < max_segments && bytes_ + size <= max_bytes &&
         segment_ <= socket.segment_limit() && vectors_each_ == vectors_each &&
         destination_ == destination && !destination.dont_fragment;
}

const msghdr& Train::compose(std::size_t first, std::size_t count) {
  message_ = {};
  if (!socket_->is_connected()) {
    message_.msg_name = address_.data();
    message_.msg_namelen = address_.size();
  }
  message_.msg_iov = vectors_ + first * vectors_each_;
  message_.msg_iovlen = count * vectors_each_;
  if (destination_.tos != 0) {
    const int tos = destination_.tos;
    if (socket_->is_v4()) {
      add_control(IPPROTO_IP, IP_TOS, bytes_of(tos));
    } else {
      add_control(IPPROTO_IPV6, IPV6_TCLASS, bytes_of(tos));
    }
  }
  if (socket_->is_wildcard() && !destination_.source.is_unspecified()) add_source();
  if (count > 1) add_control(SOL_UDP, UDP_SEGMENT, bytes_of(static_cast<std::uint16_t>(segment_)));
  return message_;
}

void Train::add_source() {
  if (socket_->is_v4()) {
    in_pktinfo info{};
    info.ipi_spec_dst = to_in_addr(destination_.source);
    add_control(IPPROTO_IP, IP_PKTINFO, bytes_of(info));
  } else {
    in6_pktinfo info{};
    info.ipi6_addr = to_in6_addr(destination_.source);
    add_control(IPPROTO_IPV6, IPV6_PKTINFO, bytes_of(info));
  }
}

void Train::add_control(int level, int type, stun::Bytes value) {
  assert(message_.msg_controllen + CMSG_SPACE(value.size()) <= control_.size());
  cmsghdr header{};
  header.cmsg_len = CMSG_LEN(value.size());
  header.cmsg_level = level;
  header.cmsg_type = type;
  std::byte* const at = control_.data() + message_.msg_controllen;
  std::memcpy(at, &header, sizeof header);
  std::memcpy(at + CMSG_LEN(0), value.data(), value.size());
  message_.msg_control = control_.data();
  message_.msg_controllen += CMSG_SPACE(value.size());
}

}  // namespace relay::net
