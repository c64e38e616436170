#include "relay/net/train.h"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <span>

namespace relay::net {
namespace {

/// No path worth the name is narrower, so a train of segments this small is not refused for its
/// size.
constexpr std::size_t safe_segment = 1200;

constexpr std::array<std::byte, 3> zeros{};

iovec to_vector(stun::Bytes bytes) {
  return {.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
}

template <typename Value>
stun::Bytes bytes_of(const Value& value) {
  return std::as_bytes(std::span(&value, 1));
}

/// A datagram that asks for DF must not be fragmented here either. That is a property of the
/// socket, so it is set around this one.
void set_dont_fragment(const DatagramSocket& socket, bool on) {
  const int v4 = on ? IP_PMTUDISC_DO : IP_PMTUDISC_WANT;
  const int v6 = on ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_WANT;
  if (socket.is_v4()) {
    ::setsockopt(socket.fd(), IPPROTO_IP, IP_MTU_DISCOVER, &v4, sizeof v4);
  } else {
    ::setsockopt(socket.fd(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, &v6, sizeof v6);
  }
}

}  // namespace

void Train::add(DatagramSocket& socket, const Destination& destination, stun::Bytes header,
                stun::Bytes payload, std::size_t padding) {
  assert(header.size() <= max_header && padding <= zeros.size());
  const std::size_t size = header.size() + payload.size() + padding;
  const std::size_t vectors_each = std::size_t{1} + !header.empty() + (padding != 0);
  if (!extends(socket, destination, vectors_each, size)) {
    flush();
    begin(socket, destination, vectors_each, size);
  }
  iovec* vector = &vectors_[count_ * vectors_each];
  if (!header.empty()) {
    std::ranges::copy(header, headers_[count_].begin());
    *vector++ = to_vector(stun::Bytes(headers_[count_]).first(header.size()));
  }
  *vector++ = to_vector(payload);
  if (padding != 0) *vector = to_vector(stun::Bytes(zeros).first(padding));
  ++count_;
  bytes_ += size;
  if (size < segment_) flush();  // only the last segment may be shorter
}

bool Train::extends(const DatagramSocket& socket, const Destination& destination,
                    std::size_t vectors_each, std::size_t size) const {
  return count_ != 0 && count_ < max_segments && socket_ == &socket && size <= segment_ &&
         size != 0 && bytes_ + size <= max_bytes && segment_ <= socket.segment_limit() &&
         vectors_each_ == vectors_each && destination_ == destination && !destination.dont_fragment;
}

void Train::begin(DatagramSocket& socket, const Destination& destination, std::size_t vectors_each,
                  std::size_t size) {
  socket_ = &socket;
  destination_ = destination;
  address_ = SocketAddress(destination.to);
  vectors_each_ = vectors_each;
  segment_ = size;
  bytes_ = 0;
}

void Train::flush() {
  if (count_ == 0) return;
  if (count_ == 1) {
    send_single(0);
  } else if (!send_together()) {
    counters_.gso_fallbacks.add();
    send_each();
  }
  count_ = 0;
}

/// False: this train must go one by one. EIO means that the device below cannot do it at all, now
/// or ever. EINVAL and EMSGSIZE speak of segments that exceed the path's MTU; then bigger ones are
/// not tried again, but nobody with a narrow path switches trains off for everybody else.
bool Train::send_together() {
  msghdr whole = message(0, count_);
  const auto segment = static_cast<std::uint16_t>(segment_);
  add_control(whole, SOL_UDP, UDP_SEGMENT, bytes_of(segment));
  if (send_(socket_->fd(), &whole, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
    counters_.sent.add(count_);
    counters_.gso_sends.add();
    counters_.gso_segments.add(count_);
    return true;
  }
  switch (errno) {
    case EIO:
      socket_->lower_segment_limit(0);
      return false;
    case EINVAL:
    case EMSGSIZE:
      if (segment_ > safe_segment) {
        socket_->lower_segment_limit(static_cast<std::uint16_t>(segment_ - 1));
      }
      return false;
    default:
      counters_.send_failures.add(count_);
      return true;
  }
}

void Train::send_each() {
  for (std::size_t i = 0; i < count_; ++i) send_single(i);
}

void Train::send_single(std::size_t index) {
  const msghdr single = message(index, 1);
  if (destination_.dont_fragment) set_dont_fragment(*socket_, true);
  const bool sent = send_(socket_->fd(), &single, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
  if (destination_.dont_fragment) set_dont_fragment(*socket_, false);
  (sent ? counters_.sent : counters_.send_failures).add();
}

msghdr Train::message(std::size_t first, std::size_t count) {
  msghdr message{};
  message.msg_name = address_.data();
  message.msg_namelen = address_.size();
  message.msg_iov = &vectors_[first * vectors_each_];
  message.msg_iovlen = count * vectors_each_;
  if (destination_.tos != 0) {
    const int tos = destination_.tos;
    if (socket_->is_v4()) {
      add_control(message, IPPROTO_IP, IP_TOS, bytes_of(tos));
    } else {
      add_control(message, IPPROTO_IPV6, IPV6_TCLASS, bytes_of(tos));
    }
  }
  if (socket_->is_wildcard() && !destination_.source.is_unspecified()) add_source(message);
  return message;
}

void Train::add_source(msghdr& message) {
  if (socket_->is_v4()) {
    in_pktinfo info{};
    info.ipi_spec_dst = to_in_addr(destination_.source);
    add_control(message, IPPROTO_IP, IP_PKTINFO, bytes_of(info));
  } else {
    in6_pktinfo info{};
    info.ipi6_addr = to_in6_addr(destination_.source);
    add_control(message, IPPROTO_IPV6, IPV6_PKTINFO, bytes_of(info));
  }
}

void Train::add_control(msghdr& message, int level, int type, stun::Bytes value) {
  assert(message.msg_controllen + CMSG_SPACE(value.size()) <= control_.size());
  cmsghdr header{};
  header.cmsg_len = CMSG_LEN(value.size());
  header.cmsg_level = level;
  header.cmsg_type = type;
  std::byte* const at = control_.data() + message.msg_controllen;
  std::memcpy(at, &header, sizeof header);
  std::memcpy(at + CMSG_LEN(0), value.data(), value.size());
  message.msg_control = control_.data();
  message.msg_controllen += CMSG_SPACE(value.size());
}

}  // namespace relay::net
