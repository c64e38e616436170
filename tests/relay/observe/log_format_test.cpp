#include "relay/observe/log_format.h"

#include <catch2/catch.hpp>

#include "relay/observe/dated_file_sink.h"
#include "relay/observe/event_line.h"

namespace {

using nlohmann::json;
using relay::LogFormat;
using relay::LogLevel;
using relay::observe::Line;
using relay::observe::line_of;
using turn::Event;

std::chrono::system_clock::time_point local_time(int hour, int milliseconds) {
  std::tm local{};
  local.tm_year = 126, local.tm_mon = 10, local.tm_mday = 20, local.tm_hour = hour;
  local.tm_isdst = -1;
  return std::chrono::system_clock::from_time_t(std::mktime(&local)) +
         std::chrono::milliseconds(milliseconds);
}

std::string formatted(const Line& line, LogFormat format, std::string pattern) {
  const auto formatter = relay::observe::make_formatter(format, std::move(pattern));
  const std::string payload = payload_of(line, format);
  spdlog::details::log_msg message(local_time(22, 7), {}, "", spdlog::level::info, payload);
  spdlog::memory_buf_t out;
  formatter->format(message, out);
  return {out.data(), out.size()};
}

Event event_of(Event::Kind kind) {
  Event event;
  event.kind = kind;
  event.client = {stun::TransportAddress::parse("198.51.100.7:40000").value(),
                  stun::TransportAddress::parse("203.0.113.5:3478").value(), turn::Transport::tcp};
  event.username = "lqf";
  event.relayed = stun::TransportAddress::parse("203.0.113.5:50000").value();
  event.peer = stun::TransportAddress::parse("192.0.2.9:6000").value();
  event.lifetime = turn::Seconds(600);
  event.totals = {1, 2, 3, 4};
  return event;
}

}  // namespace

TEST_CASE("a text line has the time, the level at one width, and the sentence", "[log]") {
  CHECK(formatted({.level = LogLevel::info, .sentence = "Ready.", .fields = nullptr},
                  LogFormat::text, "%FT%T.%f") == "2026-11-20T22:00:00.007 INFO  Ready.\n");
}

TEST_CASE("the time follows its pattern, percent signs and milliseconds included", "[log]") {
  CHECK(relay::observe::format_time("%H:%M %f %%f %f", local_time(9, 45)) == "09:00 045 %f 045");
  CHECK(relay::observe::format_time("", local_time(9, 45)).empty());
  CHECK(relay::observe::format_time("%", local_time(9, 45)).size() <= 1);
}

TEST_CASE("a name with a line feed in it cannot forge a line", "[log]") {
  const Line line{.level = LogLevel::info, .sentence = "user a\nb\x1b[2J\x7f", .fields = nullptr};
  CHECK(formatted(line, LogFormat::text, "T") == "T INFO  user a\\x0ab\\x1b[2J\\x7f\n");
  const std::string object = formatted(line, LogFormat::json, "T");
  CHECK(std::ranges::count(object, '\n') == 1);
  CHECK(json::parse(object)["msg"] == "user a\nb\x1b[2J\x7f");
}

TEST_CASE("JSON stays JSON whatever a client calls itself", "[log]") {
  for (const std::string name : {"\"},{\"", "\\", "\xff\xfe", "{}"}) {
    Event event = event_of(Event::Kind::allocated);
    event.username = name;
    const json object = json::parse(formatted(line_of(event), LogFormat::json, "%F \"T\""));
    CHECK(object["ts"] == "2026-11-20 \"T\"");
    CHECK(object["level"] == "info");
    CHECK(object["event"] == "allocated");
    CHECK(object["client"] == "198.51.100.7:40000");
    CHECK(object["relay"] == "203.0.113.5:50000");
    CHECK(object["lifetime"] == 600);
    if (name != "\xff\xfe") CHECK(object["user"] == name);
  }
}

TEST_CASE("who came and went is said in one line each", "[log]") {
  CHECK(
      line_of(event_of(Event::Kind::allocated)).sentence ==
      "allocation made: tcp 198.51.100.7:40000 user lqf, relay 203.0.113.5:50000, lifetime 600 s");
  CHECK(line_of(event_of(Event::Kind::expired)).sentence ==
        "allocation expired: tcp 198.51.100.7:40000 user lqf, relay 203.0.113.5:50000, "
        "1 packets 2 bytes from the client, 3 packets 4 bytes to it");
  CHECK(line_of(event_of(Event::Kind::permitted)).sentence ==
        "permission for 192.0.2.9: tcp 198.51.100.7:40000 user lqf, lifetime updated: 600 s");

  Event bound = event_of(Event::Kind::channel_bound);
  bound.channel = turn::ChannelNumber{0x4001};
  CHECK(line_of(bound).sentence ==
        "channel 0x4001 to 192.0.2.9:6000: tcp 198.51.100.7:40000 user lqf, "
        "lifetime updated: 600 s");
}

TEST_CASE("a failed authentication names address, user and reason in one warning", "[log]") {
  Event event = event_of(Event::Kind::refused);
  event.code = stun::ErrorCode::unauthenticated;
  event.reason = "wrong password";
  event.method = 3;
  const Line line = line_of(event);
  CHECK(line.level == LogLevel::warning);
  CHECK(line.sentence ==
        "authentication failed: tcp 198.51.100.7:40000 user lqf, allocate answered 401: "
        "wrong password");
  CHECK(line.fields["code"] == 401);
  CHECK(line.fields["reason"] == "wrong password");
}

TEST_CASE("every kind of event has words and a level", "[log]") {
  using enum Event::Kind;
  for (const auto kind : {allocated, refreshed, deallocated, expired, disconnected, permitted,
                          channel_bound, refused, allocation_refused, peer_denied, redirected}) {
    const Line line = line_of(event_of(kind));
    CHECK_THAT(line.sentence, Catch::Contains("198.51.100.7:40000 user lqf"));
    CHECK_FALSE(line.fields["event"].get<std::string>().empty());
  }
}

TEST_CASE("who comes to a room and goes is told with the names, at info", "[log]") {
  using RoomEvent = relay::signaling::Event;
  using enum RoomEvent::Kind;
  const Line line = line_of(RoomEvent{joined, "tea", "alice", 2});
  CHECK(line.level == LogLevel::info);
  CHECK(line.sentence == "room tea: alice came, 2 there");
  CHECK(line.fields["event"] == "room_joined");
  CHECK(line.fields["room"] == "tea");
  CHECK(line.fields["member"] == "alice");
  CHECK(line.fields["members"] == 2);
  CHECK(line_of(RoomEvent{left, "tea", "alice", 0}).sentence == "room tea: alice left, 0 there");
  CHECK(line_of(RoomEvent{refused, "tea", "eve", 2}).sentence ==
        "room tea: eve was turned away, the room is full, 2 there");
  CHECK(line_of(RoomEvent{replaced, "tea", "bob", 1}).fields["event"] == "room_replaced");
}

TEST_CASE("log files are named as coturn names them", "[log]") {
  using relay::observe::dated_name;
  CHECK(dated_name("/var/log/turn.log", local_time(1, 0)) == "/var/log/turn_2026-11-20.log");
  CHECK(dated_name("turn", local_time(1, 0)) == "turn_2026-11-20.log");
  CHECK(dated_name("/a.b/turn.txt", local_time(1, 0)) == "/a.b/turn_2026-11-20.txt");
}
