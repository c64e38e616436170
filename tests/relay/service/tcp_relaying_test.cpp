// TCP allocations over real sockets (RFC 6062), with clients whose connections come to any of
// several workers.
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "relay/net/socket_address.h"
#include "service/running_relay.h"
#include "service/tcp_peer.h"
#include "tests/support/heap_count.h"

namespace relay::test {
namespace {

using namespace std::chrono_literals;
using stun::AttributeType;
using turn::Transport;

constexpr std::size_t megabyte = 1 << 20;

TransportAddress allocate_tcp(WireClient& client) {
  const Buffer answer = client.succeed(stun::Method::allocate, [](stun::MessageBuilder& message) {
    message.add_leading_u8(AttributeType::requested_transport, 6);
  });
  return xor_address(answer, AttributeType::xor_relayed_address);
}

Buffer connect(WireClient& client, const TransportAddress& peer) {
  return client.request(stun::Method::connect, [&](stun::MessageBuilder& message) {
    message.add_xor_address(AttributeType::xor_peer_address, peer);
  });
}

std::uint32_t connection_id(Bytes message) {
  const auto value = stun::MessageView::parse(message)->value(AttributeType::connection_id);
  REQUIRE(value.has_value());
  return stun::decode_u32(*value).value();
}

int bind(WireClient& data, std::uint32_t id) {
  return error_code(data.request(stun::Method::connection_bind, [&](stun::MessageBuilder& message) {
    message.add_u32(AttributeType::connection_id, id);
  }));
}

/// A client with a TCP allocation, connected to a peer and not bound yet.
struct Connected {
  Connected(const RunningRelay& relay, Transport transport)
      : control(relay.client(transport)),
        relayed(allocate_tcp(control)),
        id(connection_id(connect(control, listening.address()))),
        peer(listening.accept()),
        data(relay.client(transport)) {}

  WireClient control;
  TransportAddress relayed;
  TcpPeer listening;
  std::uint32_t id;
  StreamEnd peer;
  WireClient data;
};

/// Nothing is left of any connection.
bool all_is_over(const RunningRelay& relay) {
  return eventually([&] { return relay.service->counters().peer_connections == 0; });
}

auto with_workers(std::size_t count) {
  return [count](Settings& settings) { settings.workers = count; };
}

TEST_CASE("bytes go both ways between a client and the peer it connected to",
          "[relay][rfc6062-4.3][rfc6062-4.5]") {
  const auto transport = GENERATE(Transport::tcp, Transport::tls);
  const auto workers = GENERATE(1, 3);
  const RunningRelay relay(with_workers(static_cast<std::size_t>(workers)));
  // Where a connection lands is for the kernel to say: every way round has its turn.
  for (int i = 0; i < 2 * workers; ++i) {
    Connected client(relay, transport);
    CHECK(client.listening.source() == client.relayed);
    REQUIRE(bind(client.data, client.id) == 0);
    StreamEnd data(client.data);
    const Buffer up = pattern(megabyte + 7, 1), down = pattern(megabyte + 11, 2);
    REQUIRE(exchange(data, up, client.peer, down));
    CHECK(data.received == down);
    CHECK(client.peer.received == up);
    data.end_output();
    CHECK(client.peer.wait_for_end());
    client.peer.end_output();
    CHECK(data.wait_for_end());
    CHECK(all_is_over(relay));
  }
}

TEST_CASE("what comes behind a ConnectionBind in one segment belongs to the peer",
          "[relay][rfc6062-5.4]") {
  const auto transport = GENERATE(Transport::tcp, Transport::tls);
  const RunningRelay relay(with_workers(3));
  for (int i = 0; i < 6; ++i) {
    Connected client(relay, transport);
    const Buffer early = pattern(10'000, 3);
    client.data.follow_with(early);
    REQUIRE(bind(client.data, client.id) == 0);
    CHECK(client.peer.wait_for(early.size()));
    CHECK(client.peer.received == early);
  }
}

TEST_CASE("what a peer says before the client has come is kept in order", "[relay][rfc6062-5.4]") {
  const auto transport = GENERATE(Transport::tcp, Transport::tls);
  const RunningRelay relay(with_workers(2));
  WireClient control = relay.client(transport);
  const TransportAddress relayed = allocate_tcp(control);
  control.permit({stun::IpAddress::v4({127, 0, 0, 1}), 1});
  auto peer = TcpPeer::connect(relayed);
  REQUIRE(peer);
  const Buffer attempt = control.receive();
  CHECK(stun::MessageView::parse(attempt)->type() ==
        stun::MessageType{stun::Method::connection_attempt, stun::Class::indication});
  CHECK(xor_address(attempt, AttributeType::xor_peer_address) == net::local_address(peer->fd()));
  const Buffer early = pattern(50'000, 4);
  REQUIRE(peer->send_all(early));
  peer->end_output();  // It has said everything, and may have gone.

  WireClient client = relay.client(transport);
  REQUIRE(bind(client, connection_id(attempt)) == 0);
  StreamEnd data(client);
  CHECK(data.wait_for_end());
  CHECK(data.received == early);

  // The other direction goes on.
  const Buffer late = pattern(50'000, 5);
  REQUIRE(data.send_all(late));
  CHECK(peer->wait_for(late.size()));
  CHECK(peer->received == late);
  data.end_output();
  CHECK(peer->wait_for_end());
  CHECK(all_is_over(relay));
}

TEST_CASE("a peer without a permission is turned away", "[relay][rfc6062-5.3]") {
  const RunningRelay relay;
  WireClient control = relay.client(Transport::tcp);
  auto peer = TcpPeer::connect(allocate_tcp(control));
  REQUIRE(peer);
  CHECK(peer->wait_for_end());
  CHECK(!control.receive_within(0));
}

/// Sends until neither the relay nor the kernel takes any more; gives what was taken.
Buffer send_until_full(StreamEnd& from) {
  const Buffer block = pattern(64 * megabyte, 6);
  std::size_t sent = 0;
  for (;;) {
    const std::size_t taken = from.write(Bytes(block).subspan(sent));
    sent += taken;
    REQUIRE(sent < block.size());
    if (taken == 0 && !from.has_room_within(100)) break;
  }
  return {block.begin(), block.begin() + static_cast<std::ptrdiff_t>(sent)};
}

TEST_CASE("a reader who is slow costs the server little, and loses nothing",
          "[relay][rfc6062-5.4][heap]") {
  const auto transport = GENERATE(Transport::tcp, Transport::tls);
  const RunningRelay relay;
  Connected client(relay, transport);
  REQUIRE(bind(client.data, client.id) == 0);
  StreamEnd data(client.data);
  const bool to_peer = GENERATE(true, false);
  StreamEnd& from = to_peer ? data : client.peer;
  StreamEnd& to = to_peer ? client.peer : data;
  const support::HeapInUse before = support::heap_in_use();
  const Buffer sent = send_until_full(from);
  const auto of_the_test = static_cast<std::int64_t>(sent.capacity());
  CHECK(support::heap_in_use().bytes - before.bytes - of_the_test < 512 * 1024);

  // What waits on one side is no obstacle to the other direction.
  const Buffer back = pattern(10'000, 7);
  REQUIRE(to.send_all(back));
  CHECK(from.wait_for(back.size()));
  CHECK(from.received == back);

  CHECK(to.wait_for(sent.size()));
  CHECK(to.received == sent);
}

TEST_CASE("a peer that cannot be reached is answered 447", "[relay][rfc6062-5.2]") {
  const RunningRelay relay([](Settings& settings) {
    settings.turn.peer_connect_time = 1s;  // instead of 30
  });
  WireClient control = relay.client(Transport::tcp);
  allocate_tcp(control);
  SECTION("because it refuses") {
    const TcpPeer deaf(TcpPeer::Kind::deaf);
    CHECK(error_code(connect(control, deaf.address())) == 447);
    CHECK(error_code(connect(control, deaf.address())) == 447);
  }
  SECTION("because it does not answer in time") {
    const TcpPeer swallowing(TcpPeer::Kind::swallowing);
    CHECK(error_code(connect(control, swallowing.address())) == 447);
  }
  SECTION("because there is no way there") {
    CHECK(error_code(connect(control, {stun::IpAddress::v4({203, 0, 113, 1}), 80})) == 447);
  }
  CHECK(all_is_over(relay));
}

TEST_CASE("a client has one connection to a peer", "[relay][rfc6062-5.2]") {
  const RunningRelay relay;
  Connected client(relay, Transport::tcp);
  CHECK(error_code(connect(client.control, client.listening.address())) == 446);
}

TEST_CASE("a ConnectionBind that names nothing is refused, wherever it arrives",
          "[relay][rfc6062-5.4]") {
  const auto transport = GENERATE(Transport::tcp, Transport::tls);
  const RunningRelay relay(with_workers(3));
  WireClient client = relay.client(transport);
  for (std::uint32_t id = 1; id < 8; ++id) CHECK(bind(client, id) == 400);
  // It went from worker to worker and is as good as new.
  CHECK(error_code(client.request(stun::Method::refresh, {})) == 437);
  CHECK(allocate_tcp(client).port != 0);
}

TEST_CASE("a peer that leaves before the client has come takes the connection with it",
          "[relay][rfc6062-5.4]") {
  const RunningRelay relay;
  Connected client(relay, Transport::tcp);
  client.peer.reset();
  REQUIRE(all_is_over(relay));
  CHECK(bind(client.data, client.id) == 400);
}

TEST_CASE("a connection that nobody binds is closed in time", "[relay][rfc6062-5.2]") {
  const RunningRelay relay([](Settings& settings) { settings.turn.bind_time = 1s; });
  Connected client(relay, Transport::tcp);
  CHECK(client.peer.wait_for_end());
  CHECK(bind(client.data, client.id) == 400);
}

TEST_CASE("data connections end with their allocation", "[relay][rfc6062-5.5]") {
  const auto transport = GENERATE(Transport::tcp, Transport::tls);
  const RunningRelay relay(with_workers(2));
  Connected client(relay, transport);
  REQUIRE(bind(client.data, client.id) == 0);
  StreamEnd data(client.data);
  SECTION("when the client gives it up") { client.control.refresh(0); }
  SECTION("when the control connection ends") { ::shutdown(client.control.fd(), SHUT_RDWR); }
  CHECK(data.wait_for_end());
  CHECK(client.peer.wait_for_end());
  CHECK(all_is_over(relay));
}

TEST_CASE("one side's reset is the end of the other", "[relay][rfc6062-5.5]") {
  const RunningRelay relay;
  Connected client(relay, Transport::tcp);
  REQUIRE(bind(client.data, client.id) == 0);
  StreamEnd data(client.data);
  client.peer.reset();
  CHECK(data.wait_for_end());
  data.end_output();
  CHECK(all_is_over(relay));
}

TEST_CASE("two clients talk by their TCP relays", "[relay][rfc6062-5.2][rfc6062-5.3]") {
  const RunningRelay relay(with_workers(3));
  WireClient alice = relay.client(Transport::tls), bob = relay.client(Transport::tcp);
  const TransportAddress of_alice = allocate_tcp(alice), of_bob = allocate_tcp(bob);
  bob.permit(of_alice);
  const std::uint32_t to_bob = connection_id(connect(alice, of_bob));
  const Buffer attempt = bob.receive();
  CHECK(xor_address(attempt, AttributeType::xor_peer_address) == of_alice);
  WireClient data_of_alice = relay.client(Transport::tls),
             data_of_bob = relay.client(Transport::tcp);
  REQUIRE(bind(data_of_alice, to_bob) == 0);
  REQUIRE(bind(data_of_bob, connection_id(attempt)) == 0);
  StreamEnd a(data_of_alice), b(data_of_bob);
  const Buffer from_alice = pattern(megabyte, 8), from_bob = pattern(megabyte, 9);
  REQUIRE(exchange(a, from_alice, b, from_bob));
  CHECK(a.received == from_bob);
  CHECK(b.received == from_alice);
}

TEST_CASE("a TCP relay keeps to the bandwidth of its allocation", "[relay][rfc6062-4.5]") {
  const RunningRelay relay([](Settings& settings) { settings.turn.max_bps = 200'000; });
  Connected client(relay, Transport::tcp);
  REQUIRE(bind(client.data, client.id) == 0);
  StreamEnd data(client.data);
  const auto begin = std::chrono::steady_clock::now();
  const Buffer up = pattern(300'000, 10);
  REQUIRE(exchange(data, up, client.peer, {}));
  CHECK(client.peer.received == up);
  // A second's worth passes at once; of the rest all but the last read is waited for.
  CHECK(std::chrono::steady_clock::now() - begin > 100ms);
}

}  // namespace
}  // namespace relay::test
