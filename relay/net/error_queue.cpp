#include "relay/net/error_queue.h"

#include <linux/errqueue.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace relay::net {
namespace {

constexpr std::uint8_t v4_unreachable = 3, v4_fragmentation_needed = 4, v6_too_big = 2;

std::optional<sock_extended_err> reported(msghdr& message) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr;
       control = CMSG_NXTHDR(&message, control)) {
    const bool v4 = control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_RECVERR;
    const bool v6 = control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_RECVERR;
    if (!v4 && !v6) continue;
    sock_extended_err error{};
    std::memcpy(&error, CMSG_DATA(control), sizeof error);
    return error;
  }
  return std::nullopt;
}

/// Nothing when it says nothing of the way to the peer.
std::optional<SendError> decode(const SocketAddress& destination, msghdr& message) {
  const auto error = reported(message);
  if (!error) return std::nullopt;
  SendError decoded{.destination = destination.decode(),
                    .type = error->ee_type,
                    .code = error->ee_code,
                    .mtu = error->ee_errno == EMSGSIZE ? error->ee_info : 0};
  if (error->ee_origin == SO_EE_ORIGIN_ICMP || error->ee_origin == SO_EE_ORIGIN_ICMP6) {
    return decoded;
  }
  if (error->ee_origin != SO_EE_ORIGIN_LOCAL || error->ee_errno != EMSGSIZE) return std::nullopt;
  const bool v4 = decoded.destination.ip.is_v4();
  decoded.type = v4 ? v4_unreachable : v6_too_big;
  decoded.code = v4 ? v4_fragmentation_needed : 0;
  return decoded;
}

}  // namespace

ErrorQueue::ErrorQueue() {
  for (std::size_t i = 0; i < capacity; ++i) {
    messages_[i].msg_hdr.msg_name = slots_[i].destination.data();
    messages_[i].msg_hdr.msg_control = slots_[i].control.data();
  }
}

std::span<const SendError> ErrorQueue::read(DatagramSocket& socket) {
  for (mmsghdr& message : messages_) {
    message.msg_hdr.msg_namelen = SocketAddress::capacity;
    message.msg_hdr.msg_controllen = slots_[0].control.size();
  }
  // The datagrams themselves are not asked for.
  const int count =
      ::recvmmsg(socket.fd(), messages_.data(), capacity, MSG_ERRQUEUE | MSG_DONTWAIT, nullptr);
  if (count <= 0) {
    // An error that the queue had no room for is pending all the same, until it is asked for.
    socket.take_error();
    return {};
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const auto error = decode(slots_[i].destination, messages_[i].msg_hdr);
    if (!error || (kept != 0 && *error == errors_[kept - 1])) continue;
    errors_[kept++] = *error;
  }
  return std::span(errors_).first(kept);
}

}  // namespace relay::net
