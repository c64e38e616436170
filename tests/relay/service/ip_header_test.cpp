// Fields of the IP header that are passed on between client and peer (RFC 8656 14).
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>

#include "service/running_relay.h"
#include "tests/support/patient_poll.h"

namespace relay::test {
using turn::Transport;

namespace {

constexpr std::uint16_t channel = 0x4000;

struct Family {
  const char* name;
  int level, send, receive, arrived;
};
constexpr Family v4{"127.0.0.1", IPPROTO_IP, IP_TOS, IP_RECVTOS, IP_TOS};
constexpr Family v6{"::1", IPPROTO_IPV6, IPV6_TCLASS, IPV6_RECVTCLASS, IPV6_TCLASS};

void set(int fd, int level, int name, int value) {
  REQUIRE(::setsockopt(fd, level, name, &value, sizeof value) == 0);
}

/// Takes the next datagram; DSCP and ECN that it came with.
int take_tos(int fd, const Family& family) {
  std::array<std::byte, 2048> bytes;
  alignas(cmsghdr) std::array<std::byte, 256> control;
  iovec vector{.iov_base = bytes.data(), .iov_len = bytes.size()};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  REQUIRE(support::patient_poll(&waiting, 1, 10'000) == 1);
  REQUIRE(::recvmsg(fd, &message, 0) >= 0);
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != family.level || c->cmsg_type != family.arrived) continue;
    if (c->cmsg_level == IPPROTO_IP)
      return std::to_integer<int>(*reinterpret_cast<std::byte*>(CMSG_DATA(c)));
    int value = 0;
    std::memcpy(&value, CMSG_DATA(c), sizeof value);
    return value;
  }
  return -1;
}

}  // namespace

TEST_CASE("DSCP and ECN pass both ways, between the families too", "[relay][rfc8656-14]") {
  const Family client_side = GENERATE(v4, v6), peer_side = GENERATE(v4, v6);
  CAPTURE(client_side.name, peer_side.name);
  RunningRelay relay([&](Settings& settings) {
    settings.listening_ips = {stun::IpAddress::parse(client_side.name).value()};
    settings.relay_ips = {stun::IpAddress::parse(peer_side.name).value()};
  });
  WireClient client(Transport::udp, relay.server(Transport::udp), client_side.name);
  UdpSocket peer(peer_side.name);
  const TransportAddress relayed = client.allocate([&](stun::MessageBuilder& message) {
    if (!peer.address().ip.is_v4()) {
      message.add_leading_u8(stun::AttributeType::requested_address_family, 0x02);
    }
  });
  client.bind(channel, peer.address());
  set(client.fd(), client_side.level, client_side.receive, 1);
  set(peer.fd(), peer_side.level, peer_side.receive, 1);
  // Best effort, voice (EF), video (AF41) that may say congested, and one that was congested.
  for (const int tos : {0x00, 0xb8, 0x8a, 0x03}) {
    CAPTURE(tos);
    set(client.fd(), client_side.level, client_side.send, tos);
    client.send_channel_data(channel, to_buffer("there"));
    CHECK(take_tos(peer.fd(), peer_side) == tos);
    set(peer.fd(), peer_side.level, peer_side.send, tos);
    peer.send(relayed, to_buffer("and back"));
    CHECK(take_tos(client.fd(), client_side) == tos);
  }
}

TEST_CASE("datagrams of one burst keep each its own DSCP", "[relay][rfc8656-14]") {
  RunningRelay relay;
  WireClient client = relay.client(Transport::udp);
  UdpSocket peer;
  client.allocate();
  client.bind(channel, peer.address());
  set(peer.fd(), v4.level, v4.receive, 1);
  for (int i = 0; i < 64; ++i) {
    set(client.fd(), v4.level, v4.send, i % 3 == 0 ? 0xb8 : 0x88);
    client.send_channel_data(channel, pattern(200, 1));
  }
  for (int i = 0; i < 64; ++i) CHECK(take_tos(peer.fd(), v4) == (i % 3 == 0 ? 0xb8 : 0x88));
}

}  // namespace relay::test
