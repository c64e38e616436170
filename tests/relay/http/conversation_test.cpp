// WebSockets on real connections: frames in and out, liveness, limits, and who may come.
#include <catch2/catch.hpp>

#include "http/house_bench.h"
#include "tests/support/heap_count.h"

namespace relay::test {
using namespace std::chrono_literals;

TEST_CASE("texts go both ways on a WebSocket, and its end is told once", "[http][rfc6455-4.2]") {
  HouseBench bench;
  Guest guest = bench.connect();
  guest.send(HouseBench::opening("/anything?at=all") + frame(Opcode::text, "early"));
  bench.serve();
  CHECK(guest.read().starts_with("HTTP/1.1 101 "));
  REQUIRE(bench.book().opened.size() == 1);
  const ConnectionId id = bench.book().opened.front();
  guest.send(frame(Opcode::text, "你好") + frame(Opcode::ping, "hey"));
  bench.serve();
  CHECK(bench.book().texts == std::vector<std::string>{"early", "你好"});
  CHECK(guest.read() == plain_frame(Opcode::pong, "hey"));
  for (const std::size_t size : {0u, 125u, 126u, 65535u, 65536u}) {
    const std::string text(size, 'x');
    bench.door().send(id, text_of(text));
    CHECK(guest.read() == plain_frame(Opcode::text, text));
  }
  CHECK(bench.book().closed.empty());
  guest.close();
  bench.serve();
  CHECK(bench.book().closed == std::vector{id});
  bench.door().send(id, text_of("to nobody"));
  bench.door().close(id, 1000, "");
}

TEST_CASE("either side begins the closing handshake", "[http][rfc6455-7.1.2]") {
  HouseBench bench;
  Guest guest = bench.web_socket();
  const ConnectionId id = bench.book().opened.front();
  SECTION("the client") {
    guest.send(frame(Opcode::close,
                     "\x0f\xa0"
                     "bye"));
    bench.serve();
    CHECK(guest.read() == close_frame(4000));
    CHECK(guest.has_ended());
  }
  SECTION("the server, and the client answers") {
    bench.door().send(id, text_of("last words"));
    bench.door().close(id, 4001, "replaced");
    bench.door().send(id, text_of("too late"));
    CHECK(guest.read() == plain_frame(Opcode::text, "last words") + close_frame(4001, "replaced"));
    guest.send(frame(Opcode::text, "unheard") + frame(Opcode::close, "\x0f\xa1"));
    bench.serve();
    CHECK(guest.has_ended());
    CHECK(bench.book().texts.empty());
  }
  SECTION("the server, and the client does not answer") {
    bench.door().close(id, 1000, "");
    bench.pass(3s);
    CHECK(guest.read() == close_frame(1000));
    CHECK(guest.has_ended());
  }
  guest.close();
  bench.serve();
  CHECK(bench.book().closed == std::vector{id});
}

TEST_CASE("a broken rule ends the WebSocket with the code that says so", "[http][rfc6455-7.4.1]") {
  HouseBench bench;
  Guest guest = bench.web_socket();
  guest.send(frame(Opcode::text, "a", {.is_masked = false}) + frame(Opcode::text, "unheard"));
  bench.serve();
  CHECK(guest.read() == close_frame(1002));
  CHECK(guest.has_ended());
  guest.close();
  bench.serve();
  CHECK(bench.book().closed.size() == 1);
  CHECK(bench.book().texts.empty());
}

TEST_CASE("silence is answered with pings, and silence after two of them with the end", "[http]") {
  HouseBench bench;
  Guest dead = bench.web_socket(), alive = bench.web_socket();
  const std::string ping = plain_frame(Opcode::ping, "");
  for (int i = 0; i < 4; ++i) {
    bench.pass(25s);
    CHECK(alive.read() == ping);
    alive.send(frame(Opcode::pong, ""));
    bench.serve();
    if (i < 2) CHECK(dead.read() == ping);
  }
  CHECK(dead.has_ended());
  CHECK(!alive.has_ended());
  CHECK(bench.book().closed.size() == 1);
}

TEST_CASE("the chat has a bound of its own, on its path and on its port", "[http]") {
  HouseBench bench;
  Guest guest =
      bench.connect(0, "203.0.113.7", GENERATE(net::Entrance::chat, net::Entrance::pages));
  guest.send(HouseBench::opening("/chat"));
  bench.serve();
  guest.read();
  CHECK(bench.book().dialect == signaling::Dialect::chat);
  guest.send(frame(Opcode::text, std::string(4096, 'x')));
  bench.serve();
  CHECK(bench.book().texts.size() == 1);
  guest.send(frame(Opcode::text, std::string(4097, 'x')));
  bench.serve();
  CHECK(guest.read() == close_frame(1009));
}

TEST_CASE("who sends too much is told, and in the end shown the door", "[http]") {
  HouseBench bench;
  Guest guest = bench.web_socket();
  std::string flood;
  for (int i = 0; i < 1000; ++i) flood += frame(Opcode::text, "x");
  guest.send(flood);
  bench.serve();
  // The bucket drips while the flood is read.
  CHECK(bench.book().texts.size() >= 200);
  CHECK(bench.book().texts.size() < 260);
  CHECK(bench.book().refused + static_cast<int>(bench.book().texts.size()) == 1000);
  guest.send(flood);
  bench.serve();
  CHECK(guest.read() == close_frame(1008, "too many messages"));
}

TEST_CASE("a slow reader is given up when too much waits for it", "[http]") {
  HouseBench bench;
  Guest slow = bench.web_socket(), good = bench.web_socket();
  const ConnectionId id = bench.book().opened[0], other = bench.book().opened[1];
  const std::string text(GENERATE(1u, 60'000u), 'x');  // too many messages, too many bytes
  std::size_t heard = 0;
  for (int i = 0; i < 1000; ++i) {
    bench.door().send(id, text_of(text));
    bench.door().send(other, text_of(text));
    heard += good.read().size();
    if (bench.book().closed.empty() && i % 100 == 0) bench.pass(1s);
  }
  bench.pass(3s);
  CHECK(bench.book().closed == std::vector{id});
  CHECK(heard >= 1000 * (2 + text.size()));
  std::string all = slow.read();
  CHECK(slow.has_ended());
  CHECK(all.size() < 1'000'000);
}

TEST_CASE("one address has so many connections, this host as many as it likes", "[http]") {
  HouseBench bench({.connections_per_address = 2});
  std::vector<Guest> guests;
  const auto status = [&](const std::string& from, const std::string& more = "") {
    guests.push_back(bench.connect(0, from));
    guests.back().send(HouseBench::opening("/ws", more));
    bench.serve();
    return guests.back().read().substr(9, 3);
  };
  CHECK(status("203.0.113.7") == "101");
  CHECK(status("203.0.113.7") == "101");
  CHECK(status("203.0.113.7") == "429");
  CHECK(status("203.0.113.8") == "101");
  for (int i = 0; i < 20; ++i) CHECK(status("192.168.1.1") == "101");
  CHECK(status("192.168.1.1") == "429");
  for (int i = 0; i < 30; ++i) CHECK(status("127.0.0.1") == "101");
  for (int i = 0; i < 2; ++i) CHECK(status("2001:db8::" + std::to_string(i)) == "101");
  CHECK(status("2001:db8::ffff") == "429");

  guests.front().close();
  bench.serve();
  CHECK(status("203.0.113.7") == "101");
}

TEST_CASE("whom a trusted proxy names is the client, whom others name is not", "[http]") {
  http::HouseRules rules;
  rules.trusted_proxies = {turn::AddressRange::parse("127.0.0.0/8").value(),
                           turn::AddressRange::parse("10.0.0.1").value()};
  HouseBench bench(std::move(rules));
  const auto client = [&](const std::string& from, const std::string& fields) {
    Guest guest = bench.connect(0, from);
    guest.send(HouseBench::opening("/ws", fields));
    bench.serve();
    return bench.book().client.to_string();
  };
  CHECK(client("127.0.0.1", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n") ==
        "203.0.113.9");
  CHECK(bench.book().secure);
  CHECK(client("127.0.0.1", "X-Forwarded-For: 1.2.3.4, 203.0.113.9, 10.0.0.1\r\n") ==
        "203.0.113.9");
  CHECK(!bench.book().secure);
  CHECK(client("127.0.0.1", "X-Real-IP: 2001:db8::1\r\n") == "2001:db8::1");
  CHECK(client("127.0.0.1", "X-Forwarded-For: [2001:db8::2]:4711\r\n") == "2001:db8::2");
  CHECK(client("127.0.0.1", "X-Forwarded-For: nonsense\r\n") == "127.0.0.1");
  CHECK(client("203.0.113.5", "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: https\r\n") ==
        "203.0.113.5");
  CHECK(!bench.book().secure);
}

TEST_CASE("foreign pages open WebSockets where the operator lets them", "[http][rfc6455-10.2]") {
  http::HouseRules rules;
  const bool is_public = GENERATE(false, true);
  if (is_public) rules.public_addresses = {*stun::IpAddress::parse("192.0.2.1")};
  rules.origins = {"https://friend.example"};
  rules.connections_per_address = 0;
  HouseBench bench(std::move(rules));
  const auto opens = [&](const std::string& origin, bool secure = false) {
    Guest guest = bench.connect(0, "127.0.0.1");
    std::string fields = origin.empty() ? "" : "Origin: " + origin + "\r\n";
    if (secure) fields += "X-Forwarded-Proto: https\r\n";
    guest.send(HouseBench::opening("/ws", fields));
    bench.serve();
    return guest.read().substr(9, 3) == "101";
  };
  CHECK(opens(""));
  CHECK(opens("http://box.example:8099"));
  CHECK(opens("http://BOX.example:9000"));
  CHECK(opens("https://friend.example"));
  CHECK(opens("https://appr.tc"));
  CHECK(opens("https://stranger.example") == !is_public);
  CHECK(opens("null") == !is_public);
  CHECK(opens("http://box.example.evil.example") == !is_public);
}

TEST_CASE("an idle WebSocket costs less than ten kilobytes", "[http]") {
  HouseBench bench;
  constexpr int count = 150;
  const auto before = support::heap_in_use().bytes;
  std::vector<Guest> guests;
  guests.reserve(count);
  for (int i = 0; i < count; ++i) guests.push_back(bench.web_socket("/ws", "127.0.0.1"));
  for (Guest& guest : guests) guest.send(frame(Opcode::text, std::string(8000, 'x')));
  bench.serve();
  CHECK(bench.book().texts.size() == count);
  bench.book().texts.clear();
  bench.book().texts.shrink_to_fit();
  CHECK((support::heap_in_use().bytes - before) / count < 2048);
}

TEST_CASE("there is room for so many conversations, and requests beside them", "[http]") {
  HouseBench bench({}, {.http_clients = 3, .conversations = 2});
  Guest first = bench.web_socket(), second = bench.web_socket();
  Guest third = bench.connect();
  third.send(HouseBench::opening("/ws"));
  bench.serve();
  CHECK(third.read().starts_with("HTTP/1.1 503 "));
  Guest page = bench.connect();
  page.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  bench.serve();
  CHECK(page.read().starts_with("HTTP/1.1 200 "));
}

}  // namespace relay::test
