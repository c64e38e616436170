// Rooms over real sockets and the threads of several workers.
#include <catch2/catch.hpp>

#include <set>

#include "service/http_client.h"
#include "service/running_relay.h"
#include "tests/support/web_socket_frames.h"

namespace relay::test {
namespace {

/// A WebSocket that speaks the course protocol.
class RoomClient {
 public:
  explicit RoomClient(const RunningRelay& relay)
      : connection_(turn::Transport::tcp, relay.server(turn::Transport::tcp)) {
    connection_.send(
        "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
    std::string head;
    while (!head.ends_with("\r\n\r\n")) head += connection_.take(1);
    REQUIRE(head.starts_with("HTTP/1.1 101 "));
  }

  void say(std::string_view text) { connection_.send(frame(Opcode::text, text)); }

  void say(std::string_view cmd, std::string_view room, std::string_view uid,
           std::string_view to = {}) {
    const auto field = [](std::string_view key, std::string_view value) {
      return std::string(",\"").append(key).append("\":\"").append(value) + '"';
    };
    say(std::string(R"({"cmd":")").append(cmd) + '"' + field("roomId", room) + field("uid", uid) +
        field("remoteUid", to) + "}");
  }

  /// The next text.
  std::string hear() {
    const std::string start = connection_.take(2);
    REQUIRE(start[0] == '\x81');
    const auto size = static_cast<unsigned char>(start[1]);
    REQUIRE(size < 126);
    return connection_.take(size);
  }

 private:
  HttpClient connection_;
};

}  // namespace

TEST_CASE("members of a room meet and talk, whichever workers have them", "[relay][signaling]") {
  const RunningRelay relay([](Settings& settings) { settings.workers = 3; });
  for (unsigned i = 0; i < 12; ++i) {
    const std::string room = "room" + std::to_string(i);
    RoomClient alice(relay);
    {
      RoomClient bob(relay);
      alice.say("join", room, "alice");
      bob.say("join", room, "bob");
      // The joins may overtake each other: one of the two is the newcomer.
      const std::set<std::string> cmds{alice.hear().substr(0, 14), bob.hear().substr(0, 14)};
      CHECK(cmds == std::set<std::string>{R"({"cmd":"new-pe)", R"({"cmd":"resp-j)"});
      alice.say("offer", room, "alice", "bob");
      CHECK(bob.hear() ==
            R"({"cmd":"offer","roomId":")" + room + R"(","uid":"alice","remoteUid":"bob"})");
    }
    CHECK(alice.hear() == R"({"cmd":"peer-leave","remoteUid":"bob"})");
  }
}

TEST_CASE("requests about a room of another worker are answered", "[relay][signaling]") {
  const RunningRelay relay([](Settings& settings) { settings.workers = 3; });
  HttpClient client(turn::Transport::tcp, relay.server(turn::Transport::tcp));
  for (unsigned i = 0; i < 12; ++i) {
    client.send("POST /join/room" + std::to_string(i) +
                " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    const HttpAnswer answer = client.receive();
    CHECK(answer.status == 200);
    CHECK_THAT(answer.content, Catch::Contains(R"("result":"SUCCESS")"));
    CHECK_THAT(answer.content, Catch::Contains(R"("wss_url":"ws://a/ws")"));
  }
}

}  // namespace relay::test
