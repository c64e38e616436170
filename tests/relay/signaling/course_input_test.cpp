// What may be wrong with what comes in the course protocol, and the bounds of it.
#include "tests/relay/signaling/bench.h"

#include <catch2/catch.hpp>

namespace relay::signaling::test {

using namespace std::chrono_literals;

namespace {

std::string error(std::string_view code, std::string_view ref) {
  return std::string(R"({"cmd":"error","code":")").append(code) + R"(","ref":")" +
         std::string(ref) + "\"}";
}

const Texts nothing;

}  // namespace

TEST_CASE("names may be numbers, and are told as they came", "[signaling]") {
  Bench bench;
  Client alice = bench.open(), bob = bench.open();
  alice.say(R"({"cmd":"join","roomId":7,"uid":42})");
  bob.say(R"({"cmd":"join","roomId":"7","uid":"43"})");
  CHECK(alice.hear() == Texts{R"({"cmd":"new-peer","remoteUid":"43"})"});
  CHECK(bob.hear() == Texts{R"({"cmd":"resp-join","remoteUid":42})"});
  const std::string text = R"({"cmd":"answer","roomId":7,"uid":"43","remoteUid":"42","msg":""})";
  bob.say(text);
  CHECK(alice.hear() == Texts{text});
}

TEST_CASE("names are 1 to 128 bytes of UTF-8 without control characters", "[signaling]") {
  Bench bench;
  Client alice = bench.open();
  const auto answer_to = [&](std::string_view uid) {
    alice.say(R"({"cmd":"join","roomId":"tea","uid":)" + std::string(uid) + "}");
    const Texts heard = alice.hear();
    alice.say(R"({"cmd":"leave"})");
    return heard;
  };
  const std::string longest(128, 'x');
  for (const std::string& good :
       {std::string(R"("x")"), std::string(R"("茶馆")"), std::string(R"("\u8336")"),
        std::string(R"("<script>alert(1)</script>")"), std::string(R"("\"\\")"),
        "\"" + longest + "\"", std::string("0.25"), std::string("-3")}) {
    INFO(good);
    CHECK(answer_to(good) == nothing);
  }
  for (const std::string& bad :
       {std::string(R"("")"), std::string(R"("a\u0000b")"), std::string(R"("\n")"),
        std::string(R"("\u007f")"), std::string(R"("\u0085")"), "\"" + longest + "x\"",
        std::string("null"), std::string("true"), std::string("{}"), std::string("[\"x\"]")}) {
    INFO(bad);
    CHECK(answer_to(bad) == Texts{error("name", "join")});
  }
  alice.say(R"({"cmd":"join","roomId":"tea"})");
  CHECK(alice.hear() == Texts{error("name", "join")});
  CHECK(bench.sum(&Counters::rooms) == 0);
}

TEST_CASE("a hostile name is told in valid JSON", "[signaling]") {
  Bench bench;
  Client alice = bench.open(), bob = bench.open();
  alice.say(R"({"cmd":"join","roomId":"tea","uid":"\"},{\"cmd\":\"\\"})");
  bob.join("tea", "bob");
  CHECK(bob.hear() == Texts{R"({"cmd":"resp-join","remoteUid":"\"},{\"cmd\":\"\\"})"});
}

TEST_CASE("what is no JSON object is refused, and the connection goes on", "[signaling]") {
  Bench bench;
  Client alice = bench.open();
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  for (const std::string& bad :
       {std::string(), std::string("{"), std::string("hello"), std::string("[]"),
        std::string("\"join\""), std::string("1"), std::string("null"), std::string("{}"),
        std::string(R"({"cmd":7})"), std::string(R"({"cmd":"join"}x)"),
        std::string(R"({"cmd":"join","cmd":"join"})"), std::string("{\"cmd\":\"\xC0\xAF\"}"),
        std::string(R"({"cmd":"ping","n":1e999})"), R"({"cmd":"ping","x":)" + deep + "}",
        std::string(50'000, '[')}) {
    INFO(bad.substr(0, 40));
    alice.say(bad);
    CHECK(alice.hear() == Texts{error("bad-json", "")});
  }
  alice.say(R"({"cmd":"ping"})");
  CHECK(alice.hear() == Texts{R"({"cmd":"pong"})"});
}

TEST_CASE("heartbeats and unknown commands are taken in silence, ping is answered", "[signaling]") {
  Bench bench;
  Client alice = bench.open();
  for (const char* const cmd :
       {"keeplive", "keepalive", "heartbeat", "hearbeat", "pong", "mute", ""}) {
    alice.say(std::string(R"({"cmd":")") + cmd + "\"}");
    CHECK(alice.hear() == nothing);
  }
  alice.say(R"({"cmd":"ping","roomId":"tea"})");
  CHECK(alice.hear() == Texts{R"({"cmd":"pong"})"});
}

TEST_CASE("too many messages or joins are refused as such", "[signaling]") {
  Bench bench;
  Client alice = bench.open();
  bench.switchboard(0).on_text_refused(alice.id(), bench.now);
  CHECK(alice.hear() == Texts{error("rate", "")});
  bench.may_join = false;
  alice.join("tea", "alice");
  CHECK(alice.hear() == Texts{error("rate", "join")});
  CHECK(bench.sum(&Counters::rooms) == 0);
}

TEST_CASE("ten thousand joins of one connection leave one room", "[signaling]") {
  Bench bench;
  Client alice = bench.open();
  for (unsigned i = 0; i < 10'000; ++i) alice.join("room" + std::to_string(i), "alice");
  CHECK(bench.sum(&Counters::rooms) == 1);
  CHECK(bench.is_consistent());
  CHECK(alice.hear() == nothing);
}

TEST_CASE("so many connections may wait to join, the oldest of more are closed", "[signaling]") {
  Bench bench;
  std::vector<Client> clients;
  for (std::size_t i = 0; i < max_idle_connections + 2; ++i) {
    clients.push_back(bench.open());
  }
  clients[0].join("tea", "alice");
  bench.advance(29s);
  CHECK_FALSE(clients[1].end_code());
  bench.advance(1s);
  CHECK_FALSE(clients[0].end_code());
  CHECK(clients[1].end_code() == 1008u);
  CHECK_FALSE(clients[2].end_code());
  bench.advance(1h);
  CHECK_FALSE(clients[2].end_code());
}

}  // namespace relay::signaling::test
