// A data connection at the edges that a real network reaches by chance only: both of its sides are
// pairs of sockets, and the time is an argument.
#include "relay/data_connection.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <vector>

#include "relay/reactor.h"

namespace relay::test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds linger{30};

struct Owner final : DataConnectionOwner {
  void on_peer_connected(DataConnection&, bool) override {}
  void on_data_end(DataConnection&) override { ++ends; }
  turn::Time::duration on_data(DataConnection&, turn::StreamDirection direction,
                               std::size_t bytes) override {
    (direction == turn::StreamDirection::from_client ? from_client : to_client) += bytes;
    return wait;
  }
  std::span<std::byte> data_buffer() override { return buffer; }
  void wake_by(turn::Time time) override { wake = time; }

  int ends = 0;
  std::size_t from_client = 0, to_client = 0;
  turn::Time::duration wait{};
  turn::Time wake{};
  std::vector<std::byte> buffer = std::vector<std::byte>(64 * 1024);
};

struct Bench {
  Bench() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0);
    peer = net::FileDescriptor(ends[0]);
    REQUIRE(connection.accept(net::FileDescriptor(ends[1])));
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0);
    client = net::FileDescriptor(ends[0]);
    connection.bind(net::FileDescriptor(ends[1]), nullptr, {}, {});
  }
  /// Everybody who is ready has a turn.
  void serve() {
    reactor.post([] {});
    bool again = true;
    reactor.run([&] {
      if (std::exchange(again, false)) return reactor.post([] {});
      reactor.stop();
    });
  }
  static void say(const net::FileDescriptor& end, std::string_view text) {
    REQUIRE(::send(end.number(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  /// What is there now; nothing at all: "-"; the end: "".
  static std::string hear(const net::FileDescriptor& end) {
    std::array<char, 1024> text;
    const ssize_t size = ::recv(end.number(), text.data(), text.size(), 0);
    return size < 0 ? "-" : std::string(text.data(), static_cast<std::size_t>(size));
  }

  Owner owner;
  Reactor reactor;
  DataConnection connection{turn::ConnectionId{1}, reactor, owner};
  net::FileDescriptor client, peer;
  turn::Time now{1000h};
};

TEST_CASE("an end of one side is told to the other behind its last byte", "[relay][rfc6062-5.5]") {
  Bench bench;
  Bench::say(bench.client, "bye");
  ::shutdown(bench.client.number(), SHUT_WR);
  bench.serve();
  CHECK(Bench::hear(bench.peer) == "bye");
  CHECK(Bench::hear(bench.peer).empty());
  CHECK(bench.owner.ends == 0);
  CHECK(Bench::hear(bench.client) == "-");
  CHECK(bench.owner.from_client == 3);

  SECTION("which may go on as long as it says something") {
    for (int i = 0; i < 3; ++i) {
      bench.connection.on_time(bench.now, linger);
      bench.now += linger - 1s;
      Bench::say(bench.peer, "more");
      bench.serve();
      CHECK(Bench::hear(bench.client) == "more");
    }
    CHECK(bench.owner.to_client == 12);
    CHECK(bench.owner.ends == 0);
  }
  SECTION("and ends after a silence") {
    bench.connection.on_time(bench.now, linger);
    bench.connection.on_time(bench.now + linger - 1s, linger);
    CHECK(bench.owner.ends == 0);
    bench.connection.on_time(bench.now + linger, linger);
    CHECK(bench.owner.ends == 1);
    CHECK(Bench::hear(bench.client).empty());
  }
  SECTION("or when both have ended") {
    bench.peer.close();
    bench.serve();
    CHECK(bench.owner.ends == 1);
    CHECK(Bench::hear(bench.client).empty());
  }
}

TEST_CASE("two sides that say nothing may do so for as long as they like", "[relay][rfc6062-5.5]") {
  Bench bench;
  bench.connection.on_time(bench.now, linger);
  bench.connection.on_time(bench.now + 24h, linger);
  CHECK(bench.owner.ends == 0);
}

TEST_CASE("what a side says to one that has gone keeps nothing alive", "[relay][rfc6062-5.5]") {
  Bench bench;
  bench.client.close();
  bench.serve();
  bench.connection.on_time(bench.now, linger);
  for (int i = 0; i < 40 && bench.owner.ends == 0; ++i) {
    Bench::say(bench.peer, "is anybody there?");
    bench.serve();
    bench.connection.on_time(bench.now += 1s, linger);
  }
  CHECK(bench.owner.ends == 1);
}

TEST_CASE("a side that has used up its bandwidth is not read before its time", "[relay]") {
  Bench bench;
  bench.owner.wait = 24h;
  Bench::say(bench.client, "one");
  bench.serve();
  CHECK(Bench::hear(bench.peer) == "one");
  CHECK(bench.owner.wake > std::chrono::steady_clock::now());
  bench.owner.wait = {};
  Bench::say(bench.client, "two");
  bench.serve();
  CHECK(Bench::hear(bench.peer) == "-");
  bench.connection.on_time(bench.owner.wake, linger);
  bench.serve();
  CHECK(Bench::hear(bench.peer) == "two");
}

TEST_CASE("a side whose other one is full does not keep the worker busy", "[relay]") {
  Bench bench;
  const std::vector<char> block(256 * 1024, 'x');
  for (int i = 0; i < 64; ++i) {
    ::send(bench.client.number(), block.data(), block.size(), MSG_NOSIGNAL);
    bench.serve();
  }
  // All buffers are full. Even the end of a side wakes nobody now.
  bench.client.close();
  const auto rounds = bench.reactor.rounds().read();
  bench.serve();
  CHECK(bench.reactor.rounds().read() - rounds == 2);  // The two tasks of serve().
  CHECK(bench.owner.ends == 0);

  std::size_t heard = 0;
  for (std::string text; (text = Bench::hear(bench.peer)) != "";) {
    if (text == "-") {
      bench.serve();
    } else {
      heard += text.size();
    }
  }
  CHECK(heard == bench.owner.from_client);
  CHECK(heard > 64 * 1024);
}

}  // namespace
}  // namespace relay::test
