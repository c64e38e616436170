// What the kernel keeps of datagrams that met an error.
#include "relay/net/error_queue.h"

#include <netinet/in.h>
#include <poll.h>

#include <catch2/catch.hpp>
#include <vector>

#include "relay/net/outbox.h"
#include "service/wire_client.h"

namespace relay::net {

using test::Buffer;
using test::pattern;
using test::UdpSocket;

namespace {

DatagramSocket open_on(const char* ip, std::size_t buffer = 0) {
  auto socket = DatagramSocket::open({.address = {stun::IpAddress::parse(ip).value(), 0},
                                      .buffer = buffer,
                                      .report_errors = true});
  REQUIRE(socket);
  return std::move(*socket);
}

bool has_error(const DatagramSocket& socket) {
  pollfd state{.fd = socket.fd(), .events = 0, .revents = 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & POLLERR) != 0;
}

/// An address where nobody is any more.
stun::TransportAddress deserted(const char* ip) { return UdpSocket(ip).address(); }

std::vector<SendError> all_of(ErrorQueue& queue, DatagramSocket& socket) {
  std::vector<SendError> all;
  for (auto some = queue.read(socket); !some.empty(); some = queue.read(socket)) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

struct Way {
  explicit Way(const char* ip) : socket(open_on(ip)) {}
  void send(const stun::TransportAddress& to, std::size_t size, bool dont_fragment = false) {
    const Buffer payload = pattern(size, 1);
    outbox.add(socket, {.to = to, .dont_fragment = dont_fragment}, {}, payload);
    outbox.flush();
  }

  DatagramCounters counters;
  Outbox outbox{counters};
  DatagramSocket socket;
  ErrorQueue errors;
};

}  // namespace

TEST_CASE("a port where nobody is gives an ICMP error that names it", "[relay][rfc8656-11.5]") {
  const auto [ip, type, code] =
      GENERATE(table<const char*, int, int>({{"127.0.0.1", 3, 3}, {"::1", 1, 4}}));
  Way way(ip);
  const stun::TransportAddress nobody = deserted(ip);
  CHECK(way.errors.read(way.socket).empty());
  way.send(nobody, 10);
  CHECK(has_error(way.socket));
  const auto errors = all_of(way.errors, way.socket);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0] == SendError{.destination = nobody,
                               .type = static_cast<std::uint8_t>(type),
                               .code = static_cast<std::uint8_t>(code)});
  CHECK_FALSE(has_error(way.socket));
}

TEST_CASE("many errors alike are told once each time, different ones apart", "[relay]") {
  Way way("127.0.0.1");
  const stun::TransportAddress one = deserted("127.0.0.1"), other = deserted("127.0.0.2");
  for (const stun::TransportAddress& to : {one, one, one, other, other, one}) way.send(to, 10);
  CHECK(way.counters.sent.read() == 6);
  const auto errors = way.errors.read(way.socket);
  REQUIRE(errors.size() == 3);
  CHECK(errors[0].destination == one);
  CHECK(errors[1].destination == other);
  CHECK(errors[2].destination == one);
}

TEST_CASE("after the last error a socket is quiet, however many there were", "[relay]") {
  Way way("127.0.0.1");
  set_buffer_sizes(way.socket.fd(), 1);  // most find no room
  const stun::TransportAddress nobody = deserted("127.0.0.1");
  for (int i = 0; i < 500; ++i) way.send(nobody, 100);
  CHECK(has_error(way.socket));
  CHECK_FALSE(all_of(way.errors, way.socket).empty());
  CHECK_FALSE(has_error(way.socket));
}

TEST_CASE("an error that found no room does not stay pending", "[relay]") {
  Way way("127.0.0.1");
  set_buffer_sizes(way.socket.fd(), 1);
  UdpSocket peer;
  for (int i = 0; i < 100; ++i) peer.send(way.socket.local(), pattern(500, 1));  // no room left
  way.send(deserted("127.0.0.1"), 10);
  CHECK(has_error(way.socket));
  all_of(way.errors, way.socket);
  CHECK_FALSE(has_error(way.socket));
}

TEST_CASE("a datagram to somebody else is not lost to an error that is pending", "[relay]") {
  Way way("127.0.0.1");
  UdpSocket peer;
  for (int i = 0; i < 20; ++i) {
    way.send(deserted("127.0.0.1"), 10);
    way.send(peer.address(), 20);
  }
  for (int i = 0; i < 20; ++i) CHECK(peer.receive().bytes.size() == 20);
  CHECK(way.counters.send_failures.read() == 0);
}

TEST_CASE("a train is not taken apart by an error that is pending", "[relay]") {
  Way way("127.0.0.1");
  UdpSocket peer;
  way.send(deserted("127.0.0.1"), 10);
  const Buffer payload = pattern(100, 1);
  for (int i = 0; i < 10; ++i) way.outbox.add(way.socket, {.to = peer.address()}, {}, payload);
  way.outbox.flush();
  CHECK(way.counters.gso_fallbacks.read() == 0);
  for (int i = 0; i < 10; ++i) CHECK(peer.receive().bytes == payload);
}

TEST_CASE("too long to leave unfragmented is told as a router would, with the MTU",
          "[relay][rfc8656-13.2]") {
  Way way("::1");
  UdpSocket peer("::1");
  constexpr std::size_t loopback_mtu = 65536, headers = 48;
  way.send(peer.address(), loopback_mtu - headers, true);
  CHECK(peer.receive().bytes.size() == loopback_mtu - headers);
  CHECK_FALSE(way.outbox.take_too_long());
  way.send(peer.address(), loopback_mtu - headers + 1, true);
  CHECK(way.outbox.take_too_long());
  CHECK_FALSE(way.outbox.take_too_long());
  CHECK(way.counters.send_failures.read() == 1);
  const auto errors = all_of(way.errors, way.socket);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0] ==
        SendError{.destination = peer.address(), .type = 2, .code = 0, .mtu = loopback_mtu});
}

TEST_CASE("a connected socket tells of its peer likewise", "[relay]") {
  Way way("127.0.0.1");
  const stun::TransportAddress nobody = deserted("127.0.0.1");
  REQUIRE(way.socket.connect(nobody));
  way.send(nobody, 10);
  const auto errors = all_of(way.errors, way.socket);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].destination == nobody);
}

}  // namespace relay::net
