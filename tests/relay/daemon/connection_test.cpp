// What the self-test says when nobody is there.
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <thread>

#include "relay/net/file_descriptor.h"
#include "relay/net/socket_address.h"
#include "tests/relay/daemon/running_server.h"

namespace {

using namespace std::chrono_literals;
using relay::self_test::Connection;
using relay::self_test::TurnClient;

/// A port of 127.0.0.1 that is bound and answers nothing.
struct SilentPort {
  explicit SilentPort(int type) : socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    const relay::net::SocketAddress any({stun::IpAddress::v4({127, 0, 0, 1}), 0});
    REQUIRE(::bind(socket.number(), any.data(), any.size()) == 0);
  }
  stun::TransportAddress address() const { return relay::net::local_address(socket.number()); }
  relay::net::FileDescriptor socket;
};

}  // namespace

TEST_CASE("a port that nobody listens on is refused", "[self-test]") {
  const SilentPort port(SOCK_STREAM);  // bound, not listening
  const auto connection = Connection::open(port.address(), turn::Transport::tcp, patience());
  REQUIRE_FALSE(connection.has_value());
  CHECK_THAT(connection.error(), Catch::Contains("refused"));
}

TEST_CASE("who does not speak TLS is told from who says nothing", "[self-test]") {
  SilentPort port(SOCK_STREAM);
  REQUIRE(::listen(port.socket.number(), 1) == 0);
  SECTION("nothing") {
    const auto soon = patience().at_most(100ms);
    const auto connection = Connection::open(port.address(), turn::Transport::tls, soon);
    CHECK(connection.error() == "nobody answers the TLS handshake");
  }
  SECTION("something else") {
    ssize_t sent = 0;
    std::jthread server([&] {
      const relay::net::FileDescriptor client(::accept(port.socket.number(), nullptr, nullptr));
      sent = ::send(client.number(), "SSH-2.0-x\r\n", 11, 0);
    });
    const auto connection = Connection::open(port.address(), turn::Transport::tls, patience());
    server.join();
    CHECK(sent == 11);
    CHECK(connection.error() == "what answers there does not speak TLS");
  }
}

TEST_CASE("a silent server is given up on at the deadline, or when asked to stop", "[self-test]") {
  const SilentPort port(SOCK_DGRAM);
  TurnClient client(Connection::open(port.address(), turn::Transport::udp, patience()).value(),
                    std::nullopt);

  const auto start = std::chrono::steady_clock::now();
  CHECK_THAT(client.binding({start + 100ms, {}}).error(), Catch::Contains("no answer"));
  CHECK(std::chrono::steady_clock::now() - start >= 100ms);

  std::stop_source stop;
  stop.request_stop();
  CHECK_THAT(client.binding({start + 1h, stop.get_token()}).error(), Catch::Contains("no answer"));
}
