// The second socket that a relayed transport address has for its usual peer: nobody notices but
// the kernel.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <memory>
#include <set>

#include "relay/net/socket_address.h"
#include "service/running_relay.h"
#include "tests/support/patient_poll.h"

namespace relay::test {
using turn::Transport;

namespace {

constexpr std::uint16_t channel = 0x4000, other_channel = 0x4001;
constexpr int enough_for_a_lane = 200;

struct Call {
  Call() : client(relay.client(Transport::udp)) {
    relayed = client.allocate();
    client.bind(channel, peer.address());
  }
  /// `count` datagrams there and back, one after the other: each arrives.
  void talk(std::uint16_t on, UdpSocket& with, int count) {
    for (int i = 0; i < count; ++i) {
      const Buffer payload = pattern(1 + static_cast<std::size_t>(i) % 300, next_seed_++);
      client.send_channel_data(on, payload);
      const auto arrived = with.receive();
      REQUIRE(arrived.bytes == payload);
      REQUIRE(arrived.source == relayed);
      with.send(relayed, payload);
      REQUIRE(hear() == channel_data(Transport::udp, on, payload));
    }
  }
  /// The next message that does not tell of an error.
  Buffer hear() {
    Buffer message = client.receive();
    while (message.at(0) == std::byte{0}) message = client.receive();
    return message;
  }
  void make_lane() {
    talk(channel, peer, enough_for_a_lane);
    REQUIRE(relay.service->counters().lanes == 1);
  }

  RunningRelay relay;
  WireClient client;
  UdpSocket peer;
  TransportAddress relayed;

 private:
  unsigned next_seed_ = 0;
};

/// A socket on the address of one that was closed.
int bound_again(const TransportAddress& address) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  const net::SocketAddress at(address);
  REQUIRE(::bind(fd, at.data(), at.size()) == 0);
  return fd;
}

}  // namespace

TEST_CASE("who is sent to on and on gets a lane, few datagrams do not make one", "[relay]") {
  Call call;
  call.talk(channel, call.peer, 20);
  CHECK(call.relay.service->counters().lanes == 0);
  call.make_lane();
  call.client.refresh(0);
  CHECK(call.relay.service->counters().lanes == 0);
}

TEST_CASE("beside a lane every other port of the permitted address is heard",
          "[relay][rfc8656-9]") {
  Call call;
  call.make_lane();
  UdpSocket same_address, stranger("127.0.0.2");
  stranger.send(call.relayed, to_buffer("not for you"));
  same_address.send(call.relayed, to_buffer("other port"));
  const Buffer indication = call.client.receive();
  CHECK(xor_address(indication, stun::AttributeType::xor_peer_address) == same_address.address());
  call.talk(channel, call.peer, 10);
}

TEST_CASE("a lane moves to the peer that most goes to now, and nothing is lost", "[relay]") {
  Call call;
  UdpSocket second;
  call.client.bind(other_channel, second.address());
  for (int turn = 0; turn < 3; ++turn) {
    call.talk(channel, call.peer, enough_for_a_lane);
    call.talk(other_channel, second, enough_for_a_lane);
    CHECK(call.relay.service->counters().lanes == 1);
  }
  for (int i = 0; i < 100; ++i) {
    call.talk(channel, call.peer, 1);
    call.talk(other_channel, second, 1);
  }
}

TEST_CASE("while a lane is made, nothing is lost in either direction", "[relay]") {
  Call call;
  // Bursts, so that datagrams wait in either socket while the other one is made and connected.
  std::size_t sent = 0;
  std::multiset<Buffer> to_peer, to_client;
  for (int burst = 0; burst < 20; ++burst) {
    for (int i = 0; i < 10; ++i, ++sent) {
      const Buffer payload = pattern(40 + sent % 7, static_cast<unsigned>(sent));
      call.client.send_channel_data(channel, payload);
      call.peer.send(call.relayed, payload);
      to_peer.insert(payload);
      to_client.insert(payload);
    }
    for (int i = 0; i < 10; ++i) {
      CHECK(to_peer.erase(call.peer.receive().bytes) > 0);
      CHECK(to_client.erase(call.client.receive_channel_data(channel)) > 0);
    }
  }
  CHECK(call.relay.service->counters().lanes == 1);
}

TEST_CASE("a peer that went away and came back is spoken to again", "[relay]") {
  Call call;
  auto peer = std::make_unique<UdpSocket>();
  const TransportAddress address = peer->address();
  call.client.bind(other_channel, address);
  call.talk(other_channel, *peer, enough_for_a_lane);
  REQUIRE(call.relay.service->counters().lanes == 1);
  peer.reset();
  // Each of these is answered by the kernel: port unreachable.
  for (int i = 0; i < 20; ++i) call.client.send_channel_data(other_channel, pattern(10, 1));
  call.talk(channel, call.peer, 20);

  const net::FileDescriptor back(bound_again(address));
  pollfd waiting{.fd = back.number(), .events = POLLIN, .revents = 0};
  const Buffer payload = pattern(50, 2);
  call.client.send_channel_data(other_channel, payload);
  Buffer arrived(100);
  REQUIRE(support::patient_poll(&waiting, 1, 10'000) == 1);
  const ssize_t size = ::recv(back.number(), arrived.data(), arrived.size(), 0);
  REQUIRE(size == static_cast<ssize_t>(payload.size()));
  arrived.resize(payload.size());
  CHECK(arrived == payload);
  CHECK(call.relay.service->counters().send_failures == 0);
}

}  // namespace relay::test
