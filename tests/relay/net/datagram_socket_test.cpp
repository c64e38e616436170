#include "relay/net/datagram_socket.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "relay/net/outbox.h"
#include "service/wire_client.h"
#include "tests/support/patient_poll.h"

namespace relay::net {

using test::to_buffer;
using test::UdpSocket;

namespace {

DatagramSocket open_loopback() {
  auto socket = DatagramSocket::open({.address = {stun::IpAddress::parse("127.0.0.1").value(), 0}});
  REQUIRE(socket);
  return std::move(*socket);
}

int option(const DatagramSocket& socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  REQUIRE(::getsockopt(socket.fd(), level, name, &value, &size) == 0);
  return value;
}

bool has_waiting(const DatagramSocket& socket) {
  return ::recv(socket.fd(), nullptr, 0, MSG_DONTWAIT | MSG_PEEK) >= 0;
}

}  // namespace

TEST_CASE("a recycled socket has nothing of what its former owner was sent", "[relay]") {
  DatagramSocket socket = open_loopback();
  UdpSocket peer;
  for (int i = 0; i < 20; ++i) peer.send(socket.local(), to_buffer("for the former owner"));
  peer.send(socket.local(), {});
  REQUIRE(has_waiting(socket));
  REQUIRE(socket.recycle());
  CHECK_FALSE(has_waiting(socket));

  peer.send(socket.local(), to_buffer("for the new one"));
  char bytes[64];
  CHECK(::recv(socket.fd(), bytes, sizeof bytes, MSG_DONTWAIT) == 15);
}

TEST_CASE("a socket that is flooded is not worth recycling", "[relay]") {
  DatagramSocket socket = open_loopback();
  UdpSocket peer;
  for (int i = 0; i < 100; ++i) peer.send(socket.local(), to_buffer("x"));
  CHECK_FALSE(socket.recycle());
}

TEST_CASE("a recycled socket has no error of its former owner", "[relay]") {
  auto opened = DatagramSocket::open(
      {.address = {stun::IpAddress::parse("127.0.0.1").value(), 0}, .report_errors = true});
  REQUIRE(opened);
  DatagramSocket& socket = *opened;
  const stun::TransportAddress nobody = UdpSocket().address();
  const SocketAddress to(nobody);
  REQUIRE(::sendto(socket.fd(), "x", 1, 0, to.data(), to.size()) == 1);
  pollfd failed{.fd = socket.fd(), .events = 0, .revents = 0};
  REQUIRE(support::patient_poll(&failed, 1, 10'000) == 1);
  REQUIRE(socket.recycle());
  CHECK(::poll(&failed, 1, 0) == 0);
  CHECK(option(socket, SOL_SOCKET, SO_ERROR) == 0);
}

TEST_CASE("a recycled socket sends as a new one", "[relay][rfc8656-14]") {
  DatagramSocket socket = open_loopback();
  const std::uint16_t initial_limit = socket.segment_limit();
  const int initial_discovery = option(socket, IPPROTO_IP, IP_MTU_DISCOVER);
  const int initial_buffer = option(socket, SOL_SOCKET, SO_RCVBUF);

  UdpSocket peer;
  DatagramCounters counters;
  Outbox outbox(counters);
  const auto payload = to_buffer("with DF");
  outbox.add(socket, {.to = peer.address(), .source = {}, .dont_fragment = true}, {}, payload);
  outbox.flush();
  CHECK(peer.receive().bytes == payload);
  socket.lower_segment_limit(0);

  REQUIRE(socket.recycle());
  CHECK(socket.segment_limit() == initial_limit);
  CHECK(option(socket, IPPROTO_IP, IP_MTU_DISCOVER) == initial_discovery);
  CHECK(option(socket, SOL_SOCKET, SO_RCVBUF) == initial_buffer);
}

}  // namespace relay::net
