// Requests with content, answers that come later, and event streams, on real connections.
#include <catch2/catch.hpp>

#include "http/house_bench.h"

namespace relay::test {
using namespace std::chrono_literals;

TEST_CASE("a connection waits for its answer before it asks again", "[http][rfc9112-9.3.2]") {
  HouseBench bench;
  Guest guest = bench.connect();
  const auto join = [](const std::string& content) {
    return "POST /join/a HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(content.size()) +
           "\r\n\r\n" + content;
  };
  guest.send(join("one") + join("two") + join("three").substr(0, 50));
  bench.serve();
  REQUIRE(bench.book().contents == std::vector<std::string>{"one"});
  bench.door().respond(bench.book().requests[0], http::plain(http::Status::ok, "first"));
  bench.serve();
  REQUIRE(bench.book().contents == std::vector<std::string>{"one", "two"});
  guest.send(join("three").substr(50));
  bench.serve();
  bench.door().respond(bench.book().requests[1], http::plain(http::Status::ok, "second"));
  bench.serve();
  REQUIRE(bench.book().contents.size() == 3);
  const std::string answers = guest.read();
  CHECK(answers.find("first\n") < answers.find("second\n"));
  CHECK(answers.find("second\n") != std::string::npos);

  SECTION("who goes first is not answered") {
    guest.close();
    bench.serve();
    bench.door().respond(bench.book().requests[2], http::plain(http::Status::ok, "nobody"));
  }
  SECTION("who sends too much ahead is let go") {
    guest.send(std::string(http::Connection::max_ahead + 1, 'x'));
    bench.serve();
    CHECK(guest.has_ended());
  }
}

TEST_CASE("content comes in any pieces, within its bound and its time", "[http]") {
  HouseBench bench;
  Guest guest = bench.connect();
  const std::string content(200'000, 'c');
  const std::string head = "POST /join/a HTTP/1.1\r\nHost: a\r\nContent-Length: ";
  SECTION("a large one") {
    guest.send(head + "200000\r\nExpect: 100-continue\r\n\r\n");
    bench.serve();
    CHECK(guest.read() == "HTTP/1.1 100 Continue\r\n\r\n");
    for (std::size_t at = 0; at < content.size(); at += 50'000) {
      guest.send(std::string_view(content).substr(at, 50'000));
      bench.serve();
    }
    CHECK(bench.book().contents == std::vector{content});
    CHECK(guest.read().empty());
  }
  SECTION("one that is too large") {
    guest.send(head + "262145\r\n\r\n");
    bench.serve();
    CHECK(guest.read().starts_with("HTTP/1.1 413 "));
  }
  SECTION("one that never comes") {
    guest.send(head + "10\r\n\r\n123456789");
    bench.serve();
    bench.pass(29s);
    CHECK(!guest.has_ended());
    bench.pass(2s);
    CHECK(guest.has_ended());
    CHECK(bench.book().contents.empty());
  }
}

TEST_CASE("contents on their way have one bound for all connections", "[http]") {
  HouseBench bench;
  std::vector<Guest> guests;
  const std::string head = "POST /join/a HTTP/1.1\r\nHost: a\r\nContent-Length: 262144\r\n\r\n";
  bool refused = false;
  while (!refused && guests.size() < 100) {
    guests.push_back(bench.connect());
    guests.back().send(head);
    bench.serve();
    refused = guests.back().read().starts_with("HTTP/1.1 503 ");
  }
  CHECK(guests.size() == 64);
  guests.clear();
  bench.serve();
  Guest next = bench.connect();
  next.send(head);
  bench.serve();
  CHECK(next.read().empty());
}

TEST_CASE("an event stream gives what a WebSocket gives, and takes what is posted",
          "[http][events]") {
  HouseBench bench;
  Guest stream = bench.connect();
  stream.send("GET /events?x=y HTTP/1.1\r\nHost: a\r\n\r\n");
  bench.serve();
  const std::string head = stream.read();
  CHECK(head.starts_with("HTTP/1.1 200 "));
  CHECK(head.find("\r\nContent-Type: text/event-stream\r\n") != std::string::npos);
  const std::size_t at = head.find("event: open\ndata: {\"id\":\"");
  REQUIRE(at != std::string::npos);
  const std::string key = head.substr(at + 25, head.find('"', at + 25) - at - 25);
  REQUIRE(bench.book().opened.size() == 1);
  const ConnectionId id = bench.book().opened.front();

  bench.door().send(id, text_of("{\"a\":\"b\"}"));
  bench.door().send(id, text_of("two\nlines"));
  CHECK(stream.read() == "data: {\"a\":\"b\"}\n\ndata: two\ndata: lines\n\n");

  // The kernel gives a connection to any worker.
  const std::size_t worker = GENERATE(0u, 1u);
  Guest poster = bench.connect(worker);
  const auto post = [&](const std::string& to, const std::string& text) {
    poster.send("POST /events/" + to + " HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                std::to_string(text.size()) + "\r\n\r\n" + text);
    bench.serve();
    return poster.read().substr(9, 3);
  };
  CHECK(post(key, "hello") == "204");
  CHECK(post(key, "again") == "204");
  CHECK(bench.book().texts == std::vector<std::string>{"hello", "again"});
  for (const std::string& wrong :
       std::vector<std::string>{"", "0", "0-", "7-00", "99999999999999999999-0", "1-" + key}) {
    CHECK(post(wrong, "x") == "404");
  }
  bench.pass(25s);
  CHECK(stream.read() == ":\n\n");

  bench.door().close(id, 4001, "re\"placed");
  bench.serve();
  CHECK(stream.read() == "event: close\ndata: {\"code\":4001,\"reason\":\"re\\\"placed\"}\n\n");
  CHECK(stream.has_ended());
  stream.close();
  bench.serve();
  CHECK(post(key, "late") == "404");
  CHECK(bench.book().closed == std::vector{id});
}

}  // namespace relay::test
