// AppRTC's rooms, by the requests and frames of its clients.
#include "tests/relay/signaling/bench.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace relay::signaling::test {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

json result_of(const std::optional<http::Response>& response) {
  REQUIRE(response);
  CHECK(response->status == http::Status::ok);
  CHECK(response->content_type == "application/json");
  return json::parse(response->content);
}

/// The client identifier of a newcomer.
std::string join(Bench& bench, std::string_view room, std::size_t worker = 0) {
  const json answer = result_of(bench.request("POST /join/" + std::string(room), {}, worker));
  REQUIRE(answer["result"] == "SUCCESS");
  return answer["params"]["client_id"];
}

std::string message(std::string_view text) { return json{{"msg", text}, {"error", ""}}.dump(); }

Texts sorted_keys(const Texts& texts) {
  Texts all;
  for (const std::string& text : texts) all.push_back(json::parse(text).dump());
  return all;
}

void enlist(Client& client, std::string_view room, std::string_view id) {
  client.say(json{{"cmd", "register"}, {"roomid", room}, {"clientid", id}}.dump());
}

void send(Client& client, std::string_view text) {
  client.say(json{{"cmd", "send"}, {"msg", text}}.dump());
}

}  // namespace

TEST_CASE("joining tells the parameters in the types that AppRTC's clients expect", "[signaling]") {
  Bench bench;
  const json first = result_of(bench.request("POST /join/tea%20room?x=y"));
  REQUIRE(first["result"] == "SUCCESS");
  const json& params = first["params"];
  for (const char* const key :
       {"is_initiator", "is_loopback", "pc_config", "pc_constraints", "media_constraints",
        "offer_options", "version_info", "client_id", "room_id", "wss_url", "wss_post_url",
        "ice_server_url", "room_link", "bypass_join_confirmation"}) {
    INFO(key);
    CHECK(params[key].is_string());
  }
  CHECK(params["is_initiator"] == "true");
  CHECK(params["room_id"] == "tea room");
  CHECK(params["room_link"] == "https://box.lan:8098/r/tea%20room");
  CHECK(params["wss_url"] == "wss://box.lan:8098/ws");
  CHECK(params["wss_post_url"] == "https://box.lan:8098/collider");
  CHECK(params["ice_server_url"] == "https://box.lan:8098/v1alpha/iceconfig");
  CHECK(params["messages"] == json::array());
  CHECK(json::parse(params["pc_config"].get<std::string>())["iceServers"] == json::array());
  for (const char* const key : {"pc_constraints", "media_constraints", "offer_options"}) {
    CHECK(json::parse(params[key].get<std::string>()).is_object());
  }
  const json without = result_of(bench.request("GET /params"));
  CHECK(without["wss_url"] == params["wss_url"]);
  CHECK_FALSE(without.contains("client_id"));
}

TEST_CASE("what the first of an AppRTC room says waits for the second", "[signaling]") {
  Bench bench(3);
  const std::string one = join(bench, "tea", 0);
  Client first = bench.open(1);
  enlist(first, "tea", one);
  for (const char* const text : {R"({"type":"offer"})", R"({"type":"candidate"})"}) {
    CHECK(result_of(bench.request("POST /message/tea/" + one, text, 2))["result"] == "SUCCESS");
  }
  CHECK(first.hear() == Texts{});
  const json second = result_of(bench.request("POST /join/tea", {}, 1));
  CHECK(second["params"]["is_initiator"] == "false");
  CHECK(second["params"]["messages"] ==
        json::array({R"({"type":"offer"})", R"({"type":"candidate"})"}));
  const std::string two = second["params"]["client_id"];

  SECTION("and what it says before the second has registered waits for that") {
    bench.request("POST /message/tea/" + one, "late");
    Client other = bench.open(2);
    enlist(other, "tea", two);
    CHECK(sorted_keys(other.hear()) == Texts{message("late")});
    send(first, "by socket");
    bench.request("POST /collider/tea/" + one, "by post");
    CHECK(sorted_keys(other.hear()) == Texts{message("by socket"), message("by post")});
    send(other, "back");
    CHECK(sorted_keys(first.hear()) == Texts{message("back")});
  }
  SECTION("a third is told that it is full") {
    CHECK(result_of(bench.request("POST /join/tea"))["result"] == "FULL");
  }
}

TEST_CASE("who leaves an AppRTC room hands the offer over, and its bye still arrives",
          "[signaling]") {
  Bench bench;
  const std::string one = join(bench, "tea"), two = join(bench, "tea");
  Client first = bench.open(), second = bench.open();
  enlist(first, "tea", one);
  enlist(second, "tea", two);
  const auto left = bench.request("POST /leave/tea/" + one);
  CHECK(left->content.empty());
  send(first, R"({"type":"bye"})");
  CHECK(sorted_keys(second.hear()) == Texts{message(R"({"type":"bye"})")});
  CHECK(bench.request("DELETE /collider/tea/" + one)->content == "OK\n");
  CHECK(bench.request("DELETE /collider/tea/" + one)->content == "OK\n");
  first.close();
  CHECK(bench.sum(&Counters::members) == 1);

  bench.request("POST /message/tea/" + two, "new offer");
  const json third = result_of(bench.request("POST /join/tea"));
  CHECK(third["params"]["is_initiator"] == "false");
  CHECK(third["params"]["messages"] == json::array({"new offer"}));
  // What was said to the one who left is not for the newcomer.
  CHECK(result_of(bench.request("POST /message/tea/" + one, "x"))["result"] == "UNKNOWN_CLIENT");
}

TEST_CASE("a dropped AppRTC socket has ten seconds, a newcomer thirty, to register",
          "[signaling]") {
  Bench bench;
  const std::string one = join(bench, "tea");
  SECTION("a newcomer") {
    bench.advance(29s);
    CHECK(bench.sum(&Counters::members) == 1);
    bench.advance(1s);
    CHECK(bench.sum(&Counters::members) == 0);
    CHECK(bench.sum(&Counters::rooms) == 0);
    CHECK(result_of(bench.request("POST /message/tea/" + one, "x"))["result"] == "UNKNOWN_ROOM");
  }
  SECTION("a dropped one") {
    Client socket = bench.open();
    enlist(socket, "tea", one);
    bench.advance(1h);
    socket.close();
    bench.advance(9s);
    Client again = bench.open();
    enlist(again, "tea", one);
    bench.advance(1h);
    CHECK(bench.sum(&Counters::members) == 1);
    SECTION("which an even newer one replaces") {
      Client newest = bench.open();
      enlist(newest, "tea", one);
      CHECK(again.end_code() == 4001u);
      bench.advance(1h);
      CHECK(bench.sum(&Counters::members) == 1);
    }
    SECTION("and is gone after ten") {
      again.close();
      bench.advance(10s);
      CHECK(bench.sum(&Counters::members) == 0);
    }
  }
}

TEST_CASE("AppRTC errors are told with the end of the connection", "[signaling]") {
  Bench bench;
  const std::string one = join(bench, "tea");
  Client client = bench.open();
  SECTION("an unknown client") { enlist(client, "tea", "4711"); }
  SECTION("an unknown room") { enlist(client, "coffee", one); }
  SECTION("no name") { client.say(R"({"cmd":"register","roomid":"tea"})"); }
  SECTION("registered twice") {
    enlist(client, "tea", one);
    enlist(client, "tea", one);
  }
  SECTION("no string to send") {
    enlist(client, "tea", one);
    client.say(R"({"cmd":"send","msg":{"type":"bye"}})");
  }
  SECTION("no JSON") {
    enlist(client, "tea", one);
    client.say("hello");
  }
  SECTION("too many at once") {
    enlist(client, "tea", one);
    bench.switchboard(0).on_text_refused(client.id(), bench.now);
    bench.settle();
  }
  SECTION("too many that wait") {
    enlist(client, "tea", one);
    for (std::size_t i = 0; i <= max_waiting_messages; ++i) send(client, "x");
  }
  const Texts heard = client.hear();
  REQUIRE(heard.size() == 1);
  const json told = json::parse(heard.front());
  CHECK(told["msg"] == "");
  CHECK(told["error"].get<std::string>().size() > 10);
  CHECK(client.end_code() == 1008u);
  client.say(R"({"cmd":"send","msg":"late"})");
  CHECK(client.hear() == Texts{});
}

TEST_CASE("a register that comes first makes a connection AppRTC's, a join the course's",
          "[signaling]") {
  Bench bench;
  Client course = bench.open();
  course.join("tea", "alice");
  course.say(R"({"cmd":"register","roomid":"tea","clientid":"1"})");
  CHECK(course.hear() == Texts{});
  CHECK_FALSE(course.end_code());
  // The rooms of both are apart.
  join(bench, "tea");
  CHECK(bench.sum(&Counters::rooms) == 2);
}

TEST_CASE("what waits at an AppRTC room is bounded in number and size", "[signaling]") {
  Bench bench;
  const std::string one = join(bench, "tea"), path = "POST /message/tea/" + one;
  SECTION("100 messages") {
    for (std::size_t i = 0; i < 100; ++i) {
      REQUIRE(result_of(bench.request(path, "x"))["result"] == "SUCCESS");
    }
    CHECK(result_of(bench.request(path, "x"))["result"] == "ERROR");
  }
  SECTION("256 kB") {
    const std::string largest(64 * 1024, 'x');
    CHECK(result_of(bench.request(path, largest + "x"))["result"] == "ERROR");
    for (unsigned i = 0; i < 4; ++i) {
      CHECK(result_of(bench.request(path, largest))["result"] == "SUCCESS");
    }
    CHECK(result_of(bench.request(path, "x"))["result"] == "ERROR");
    CHECK(bench.request("POST /collider/tea/" + one, "x")->status ==
          http::Status::service_unavailable);
  }
  SECTION("and is text") {
    CHECK(result_of(bench.request(path, "\xD9:"))["result"] == "ERROR");
    CHECK(result_of(bench.request("POST /collider/tea/" + one, "\xC0\xAF"))["result"] == "ERROR");
  }
  CHECK(bench.is_consistent());
}

TEST_CASE("requests that are wrong are told so", "[signaling]") {
  Bench bench;
  CHECK_FALSE(bench.request("GET /"));
  CHECK_FALSE(bench.request("GET /joinery"));
  CHECK_FALSE(bench.request("GET /params/x"));
  CHECK(bench.request("GET /join/tea")->status == http::Status::method_not_allowed);
  CHECK(bench.request("GET /join/tea")->allow == "POST");
  CHECK(bench.request("PUT /collider/a/b")->allow == "POST, DELETE");
  CHECK(bench.request("POST /params")->allow == "GET");
  CHECK(bench.request("POST /join/tea/x")->status == http::Status::not_found);
  CHECK(bench.request("POST /collider/a/b", "x")->status == http::Status::not_found);
  for (const char* const bad : {"/join/", "/join/%", "/join/%4", "/join/%zz", "/join/%00",
                                "/join/%ff", "/join/a%0ab", "/message/tea", "/leave/tea/"}) {
    INFO(bad);
    CHECK(result_of(bench.request(std::string("POST ") + bad))["result"] == "ERROR");
  }
  bench.may_join = false;
  CHECK(result_of(bench.request("POST /join/tea"))["result"] == "ERROR");
  CHECK(bench.sum(&Counters::rooms) == 0);
}

}  // namespace relay::signaling::test
