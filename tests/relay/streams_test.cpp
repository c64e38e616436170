// The TCP clients of a worker, at the edges that a real network reaches by chance only.
#include "relay/streams.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <vector>

#include "service/running_relay.h"

namespace relay::test {
namespace {

struct NoReader final : StreamReader {
  void on_proxy_refused(const turn::TransportAddress&, std::string_view) override {}
  void on_stream_message(const turn::FiveTuple&, turn::Frame::Kind, stun::Bytes) override {}
  void on_stream_pause() override {}
  void on_stream_end(const turn::FiveTuple& client) override { ended.push_back(client); }
  void on_stream_departure(net::StreamRemains, const StreamDestination&, stun::Bytes) override {}
  bool has_allocation(const turn::FiveTuple&, turn::Time) override { return false; }
  void on_stream_count(std::size_t now) override { count = now; }
  void on_tls(const turn::FiveTuple&, bool, std::string_view) override {}

  std::vector<turn::FiveTuple> ended;
  std::size_t count = 0;
};

struct StreamsBench {
  /// The client's end of a connection that has just been accepted.
  net::FileDescriptor connect(const turn::FiveTuple& client) {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    streams.on_accept(net::FileDescriptor(ends[1]), client, net::Entrance::clients);
    return net::FileDescriptor(ends[0]);
  }
  /// Everybody who has something to say has a turn.
  void serve() {
    reactor.run([&] {
      streams.end_round();
      reactor.stop();
    });
  }

  Reactor reactor;
  NoReader reader;
  net::DatagramCounters counters;
  http::House house{{}, [] { return std::string(); }};
  Streams streams{{}, reactor, reader, counters, house, &test_certificate()};
};

/// A ClientHello of 200 bytes begins; the rest of it never comes.
void begin_tls(const net::FileDescriptor& client) {
  const Buffer hello{std::byte{0x16}, std::byte{3}, std::byte{1}, std::byte{0},  std::byte{204},
                     std::byte{1},    std::byte{0}, std::byte{0}, std::byte{200}};
  REQUIRE(::send(client.number(), hello.data(), hello.size(), 0) ==
          static_cast<ssize_t>(hello.size()));
}

}  // namespace

TEST_CASE("of two TLS connections with one name the later ends", "[relay][tls]") {
  StreamsBench bench;
  const turn::FiveTuple name{{stun::IpAddress::parse("192.0.2.1").value(), 40000},
                             {stun::IpAddress::parse("192.0.2.9").value(), 3478},
                             turn::Transport::tcp};
  const net::FileDescriptor first = bench.connect(name);
  begin_tls(first);
  bench.serve();
  CHECK(bench.reader.count == 1);

  const net::FileDescriptor second = bench.connect(name);
  CHECK(bench.reader.count == 2);
  begin_tls(second);
  bench.serve();
  CHECK(bench.reader.count == 1);
  CHECK(bench.reader.ended == std::vector{name});
  std::byte byte{};
  CHECK(::recv(second.number(), &byte, 1, MSG_DONTWAIT) == 0);
  CHECK(::recv(first.number(), &byte, 1, MSG_DONTWAIT) == -1);
}

}  // namespace relay::test
