// Clients on TCP and TLS: messages cut anywhere, slow readers, silence and garbage.
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "service/running_relay.h"

namespace relay::test {
using namespace std::chrono_literals;
using turn::Transport;

namespace {

constexpr std::uint16_t channel = 0x4000;

Buffer binding_request() {
  std::array<std::byte, 64> bytes;
  stun::MessageBuilder binding(bytes, {stun::Method::binding, stun::Class::request}, {});
  return to_buffer(binding.finish().value());
}

struct Call {
  explicit Call(RunningRelay& relay, Transport transport = Transport::tcp)
      : client(relay.client(transport)) {
    relayed = client.allocate();
    client.bind(channel, peer.address());
  }
  WireClient client;
  UdpSocket peer;
  TransportAddress relayed;
};

}  // namespace

TEST_CASE("a message may arrive in two pieces, cut at any byte", "[relay][rfc8656-12.5]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls);
  RunningRelay relay;
  Call call(relay, transport);
  const Buffer payload = pattern(33, 1);
  const Buffer whole = channel_data(Transport::tcp, channel, payload);
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    CAPTURE(cut);
    call.client.send(Bytes(whole).first(cut));
    const std::uint64_t before = relay.service->counters().datagrams_received;
    // The answer to a message of somebody else shows that the worker has read the first piece.
    WireClient other = relay.client(Transport::udp);
    other.succeed(stun::Method::binding, {});
    CHECK(relay.service->counters().datagrams_received >= before);
    call.client.send(Bytes(whole).subspan(cut));
    CHECK(call.peer.receive().bytes == payload);
  }
}

TEST_CASE("a message may arrive byte by byte, and requests too", "[relay][rfc8656-12.5]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls);
  RunningRelay relay;
  Call call(relay, transport);
  for (unsigned round = 0; round < 3; ++round) {
    const Buffer payload = pattern(70 + round, round);
    for (const std::byte& byte : channel_data(Transport::tcp, channel, payload)) {
      call.client.send(Bytes(&byte, 1));
    }
    CHECK(call.peer.receive().bytes == payload);
  }
  const Buffer request = binding_request();
  for (const std::byte& byte : request) {
    call.client.send(Bytes(&byte, 1));
  }
  CHECK(xor_address(call.client.receive(), stun::AttributeType::xor_mapped_address) ==
        call.client.local());
}

TEST_CASE("many messages may arrive at once, the last one torn anywhere", "[relay][rfc8656-12.5]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls);
  RunningRelay relay;
  Call call(relay, transport);
  Buffer stream;
  std::vector<Buffer> payloads;
  for (unsigned i = 0; i < 200; ++i) {
    payloads.push_back(pattern(i % 7 == 0 ? i : 1000, i));
    const Buffer message = channel_data(Transport::tcp, channel, payloads.back());
    stream.insert(stream.end(), message.begin(), message.end());
  }
  const std::size_t piece = GENERATE(97u, 1460u, 16384u, 1u << 20);
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    call.client.send(Bytes(stream).subspan(at, std::min(piece, stream.size() - at)));
  }
  for (const Buffer& payload : payloads) REQUIRE(call.peer.receive().bytes == payload);
}

TEST_CASE("a burst from a peer reaches the stream whole and in order", "[relay]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls);
  RunningRelay relay;
  Call call(relay, transport);
  for (unsigned i = 0; i < 500; ++i) {
    call.peer.send(call.relayed, pattern(1 + i * 7 % 1400, i));
    if (i % 50 != 49) continue;
    for (unsigned k = i - 49; k <= i; ++k) {
      REQUIRE(call.client.receive_channel_data(channel) == pattern(1 + k * 7 % 1400, k));
    }
  }
}

TEST_CASE("who does not read loses data, and costs nobody else", "[relay]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls);
  RunningRelay relay;
  Call slow(relay, transport), quick(relay, transport);
  const Buffer payload = pattern(1200, 1);
  REQUIRE(eventually([&] {
    for (int i = 0; i < 100; ++i) slow.peer.send(slow.relayed, payload);
    quick.peer.send(quick.relayed, payload);
    REQUIRE(quick.client.receive_channel_data(channel) == payload);
    return relay.service->counters().send_failures > 100;
  }));
  const Buffer request = binding_request();

  SECTION("answers queue behind the data, whose messages are whole") {
    slow.client.send(request);
    for (;;) {
      const Buffer message = slow.client.receive();
      if (std::to_integer<unsigned>(message[0]) <= 3) break;
      REQUIRE(message == channel_data(Transport::tcp, channel, payload));
    }
  }
  SECTION("who asks on and on meanwhile is disconnected") {
    CHECK(eventually([&] {
      for (int i = 0; i < 100; ++i) slow.client.try_send(request);
      return relay.service->counters().stream_clients == 1;
    }));
  }
}

TEST_CASE("what is no message ends the connection", "[relay]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls);
  RunningRelay relay;
  const Buffer garbage = GENERATE(to_buffer("GET / HTTP/1.1\r\n\r\n"), Buffer(64, std::byte{0xff}),
                                  Buffer(64, std::byte{0x01}));
  WireClient client = relay.client(transport);
  client.send(garbage);
  CHECK(client.wait_for_end());
}

TEST_CASE("before it has an allocation a client may not make us keep much", "[relay]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls);
  RunningRelay relay;
  WireClient client = relay.client(transport);
  Buffer header(4);
  stun::store_u16(header, 0, channel);
  stun::store_u16(header, 2, 60'000);
  client.send(header);
  CHECK(client.wait_for_end());
}

TEST_CASE("a connection that never allocates is closed, one with an allocation is not", "[relay]") {
  RunningRelay relay([](relay::Settings& settings) { settings.max_allocate_timeout = 1s; });
  Call call(relay);
  WireClient silent = relay.client(Transport::tcp), talking = relay.client(Transport::tcp);
  talking.succeed(stun::Method::binding, {});
  CHECK(silent.wait_for_end());
  CHECK(talking.wait_for_end());
  call.peer.send(call.relayed, to_buffer("still here"));
  CHECK(call.client.receive_channel_data(channel) == to_buffer("still here"));
}

TEST_CASE("when the connection ends its allocation goes", "[relay]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls);
  RunningRelay relay;
  {
    Call call(relay, transport);
    CHECK(relay.service->counters().allocations == 1);
  }
  CHECK(eventually([&] {
    const auto counters = relay.service->counters();
    return counters.allocations == 0 && counters.stream_clients == 0;
  }));
}

TEST_CASE("without descriptors new connections wait, and everything else goes on", "[relay]") {
  RunningRelay relay;
  WireClient old = relay.client(Transport::udp);
  old.succeed(stun::Method::binding, {});  // The worker has started and opens no more.
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const int next_free = ::dup(0);
  REQUIRE(::close(next_free) == 0);
  // The client's own socket is the last one that there is.
  const rlimit exhausted{.rlim_cur = static_cast<rlim_t>(next_free) + 1,
                         .rlim_max = limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &exhausted) == 0);
  WireClient waiting = relay.client(Transport::tcp);
  waiting.send(binding_request());
  for (int i = 0; i < 100; ++i) old.succeed(stun::Method::binding, {});
  CHECK(relay.service->counters().stream_clients == 0);
  // An allocation is refused, and whoever reads the log is told why.
  const Buffer refused = old.request(stun::Method::allocate, [](stun::MessageBuilder& message) {
    message.add_leading_u8(stun::AttributeType::requested_transport, 17);
  });
  CHECK(error_code(refused) == 508);
  REQUIRE(relay.sink.warnings().size() == 1);
  CHECK(relay.sink.warnings().front().find("LimitNOFILE") != std::string::npos);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(waiting.receive().size() >= stun::header_size);
}

TEST_CASE("one source may have so many connections without an allocation", "[relay]") {
  RunningRelay relay;
  std::vector<WireClient> clients;
  for (int i = 0; i < 256; ++i) clients.push_back(relay.client(Transport::tcp));
  REQUIRE(eventually([&] { return relay.service->counters().stream_clients == 256; }));
  WireClient one_more = relay.client(Transport::tcp);
  CHECK(one_more.wait_for_end());
  WireClient elsewhere(Transport::tcp, relay.server(Transport::tcp), "127.0.0.2");
  elsewhere.allocate();
  // An allocation takes its connection off the count.
  clients.front().allocate();
  WireClient another = relay.client(Transport::tcp);
  another.allocate();
}

}  // namespace relay::test
