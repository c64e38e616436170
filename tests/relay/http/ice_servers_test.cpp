// Who is given credentials over HTTP, and in which form.
#include "relay/http/ice_servers.h"

#include <catch2/catch.hpp>

#include "auth/time_limited.h"
#include "relay/http/query.h"

namespace relay::http {
namespace {

using Catch::Contains;

constexpr std::int64_t now = 1'700'000'000;

struct Desk {
  Desk() {
    options.secrets = {"logen", "north"};
    options.urls = [](std::string_view host) {
      return std::vector<std::string>{"turn:" + std::string(host) + ":3478?transport=udp"};
    };
  }
  Response ask(const std::string& line, const std::string& fields = "",
               std::string_view content = "") const {
    const std::string text = line + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n";
    const auto head = RequestHead::parse(text);
    REQUIRE(head.has_value());
    REQUIRE(head->has_value());
    const auto response =
        IceServers(options).answer({.head = **head, .content = content, .client = client}, {now});
    REQUIRE(response);
    return *response;
  }
  std::string token(const std::string& room = "nord", std::int64_t expires = now + 60) const {
    return seal({.room = room, .expires = {expires}}, "north");
  }

  IceServersOptions options;
  std::string host = "box.lan:8098";
  stun::IpAddress client = stun::IpAddress::parse("192.168.1.20").value();
};

TEST_CASE("credentials come in the form that is asked for", "[http][minting]") {
  const Desk desk;
  const auto minted = auth::mint_time_limited("logen", {now + 7200}, "alice", ':');
  const std::string name = minted.username, password = minted.password;
  const std::string urls = R"(["turn:box.lan:3478?transport=udp"])";
  CHECK(desk.ask("GET /turn?service=turn&username=alice").content ==
        R"({"username":")" + name + R"(","password":")" + password + R"(","ttl":7200,"uris":)" +
            urls + "}");
  const std::string servers = R"({"iceServers":[{"urls":)" + urls + R"(,"username":")" + name +
                              R"(","credential":")" + password + R"("}])";
  CHECK(desk.ask("GET /api/ice?username=alice").content == servers + R"(,"ttl":7200})");
  CHECK(desk.ask("POST /v1alpha/iceconfig?username=alice").content == servers + "}");
  CHECK(desk.ask("POST /turn", "", "service=turn&username=alice").content ==
        desk.ask("GET /turn?username=alice").content);
  CHECK(desk.ask("GET /api/ice").content_type == "application/json");
}

TEST_CASE("who gives no name is known by its address", "[http][minting]") {
  Desk desk;
  CHECK_THAT(desk.ask("GET /turn").content, Contains("\"1700007200:192.168.1.20\""));
  desk.client = stun::IpAddress::parse("::ffff:192.168.1.21").value();
  CHECK_THAT(desk.ask("GET /turn").content, Contains("\"1700007200:192.168.1.21\""));
}

TEST_CASE("a hostile name is refused, a foreign one is not", "[http][minting]") {
  const Desk desk;
  for (const std::string& name : {std::string("%00"), std::string("%0d%0aSet-Cookie:x"),
                                  std::string("%ff"), std::string(129, 'a')}) {
    CAPTURE(name);
    CHECK(desk.ask("GET /turn?username=" + name).status == Status::bad_request);
  }
  CHECK_THAT(desk.ask("GET /turn?username=%E7%8E%8B").content, Contains("1700007200:王"));
  CHECK_THAT(desk.ask("GET /turn?username=a%22b").content, Contains(R"(1700007200:a\"b)"));
  CHECK(desk.ask("GET /turn?service=stun").status == Status::bad_request);
  CHECK(desk.ask("DELETE /turn").status == Status::method_not_allowed);
}

TEST_CASE("in its own network everybody is given credentials, proxies seen through",
          "[http][minting]") {
  Desk desk;
  CHECK(desk.ask("GET /api/ice").status == Status::ok);
  CHECK(desk.ask("GET /api/ice", "X-Forwarded-For: 10.0.0.3, 127.0.0.1\r\n").status == Status::ok);
  for (const std::string fields :
       {"X-Forwarded-For: 203.0.113.9\r\n", "X-Forwarded-For: 10.0.0.3, 203.0.113.9\r\n",
        "X-Real-IP: 203.0.113.9\r\n", "X-Forwarded-For: unknown\r\n", "Via: 1.1 proxy\r\n",
        "Forwarded: for=203.0.113.9\r\n",
        "X-Forwarded-For: 10.0.0.3\r\nX-Forwarded-For: 203.0.113.9\r\n"}) {
    CAPTURE(fields);
    CHECK(desk.ask("GET /api/ice", fields).status == Status::forbidden);
  }
  desk.client = stun::IpAddress::parse("203.0.113.9").value();
  const Response refused = desk.ask("GET /api/ice");
  CHECK(refused.status == Status::forbidden);
  CHECK_THAT(refused.content, Contains("\"error\"") && Contains("turnserver link ROOM"));
}

TEST_CASE("a page elsewhere whose name leads to this network is given nothing", "[http][minting]") {
  Desk desk;
  desk.options.is_own_name = [](std::string_view name) { return name == "turn.example.org"; };
  for (const std::string host :
       {"192.168.1.7:8098", "[fd00::7]:8099", "[::1]", "localhost:8099", "box", "box.local:8098",
        "box.lan.", "a.b.home.arpa", "turn.example.org:8098", "turn.example.org."}) {
    CAPTURE(host);
    desk.host = host;
    CHECK(desk.ask("GET /api/ice").status == Status::ok);
  }
  for (const std::string host : {"evil.example:8099", "192.168.1.7.evil.example",
                                 "evil.lan.example", "turn.example.org.evil.example", ".lan"}) {
    CAPTURE(host);
    desk.host = host;
    const Response refused = desk.ask("GET /api/ice");
    CHECK(refused.status == Status::misdirected_request);
    CHECK_THAT(refused.content, Contains("--ws-origin https://" + host));
    CHECK(desk.ask("GET /api/ice?token=" + desk.token()).status == Status::ok);
    CHECK(desk.ask("GET /api/ice?token=guess").status == Status::misdirected_request);
  }
}

TEST_CASE("where quotas count users, names without a token tell the address", "[http][minting]") {
  Desk desk;
  desk.options.names_tell_address = true;
  CHECK_THAT(desk.ask("GET /turn?username=a%2Fb").content,
             Contains("\"1700007200:192.168.1.20/a/b\""));
  CHECK_THAT(desk.ask("GET /turn").content, Contains("\"1700007200:192.168.1.20\""));
  const std::string invited = "GET /turn?username=alice&token=";
  CHECK_THAT(desk.ask(invited + desk.token()).content, Contains("\"1700007200:alice\""));
  CHECK_THAT(desk.ask(invited + "guess").content, Contains(":192.168.1.20/alice\""));
  desk.client = stun::IpAddress::parse("fd00:1:2:3:4:5:6:7").value();
  CHECK_THAT(desk.ask("GET /turn?username=alice").content,
             Contains("\"1700007200:fd00:1:2:3::/alice\""));
}

TEST_CASE("an address that asks too often is told to wait", "[http][minting]") {
  Desk desk;
  int left = 1;
  desk.options.admits = [&](const stun::IpAddress& client) {
    return client == desk.client && left-- > 0;
  };
  CHECK(desk.ask("GET /api/ice").status == Status::ok);
  CHECK(desk.ask("GET /api/ice").status == Status::too_many_requests);
}

TEST_CASE("on a public address a token of the room is needed", "[http][minting][rfc7519-4.1.4]") {
  Desk desk;
  desk.options.is_public = true;
  CHECK(desk.ask("GET /api/ice").status == Status::forbidden);
  const auto with = [&](const std::string& token, const std::string& query = "") {
    return desk.ask("GET /api/ice?" + query, "Authorization: Bearer " + token + "\r\n").status;
  };
  CHECK(with(desk.token()) == Status::ok);
  CHECK(with(desk.token(), "room=nord") == Status::ok);
  CHECK(desk.ask("GET /api/ice?token=" + desk.token()).status == Status::ok);
  CHECK(with(desk.token("南")) == Status::ok);
  CHECK(with(desk.token("nord"), "room=sued") == Status::forbidden);
  CHECK(with(desk.token("nord", now)) == Status::forbidden);
  CHECK(with(seal({.room = "nord", .expires = {now + 60}}, "guess")) == Status::forbidden);
  CHECK(with("") == Status::forbidden);
  desk.options.open_rooms = true;
  CHECK(desk.ask("GET /api/ice").status == Status::ok);
}

TEST_CASE("a token must say HS256, a room and an end, and ask for nothing unknown",
          "[http][minting][rfc7515-4.1.11]") {
  const std::string head = R"({"alg":"HS256"})";
  CHECK(read_claims(head, R"({"exp":5.5,"room":"a","extra":[1]})")->expires.seconds == 5);
  CHECK(read_claims(head, R"({"exp":5,"room":"a","role":"guest"})")->role == "guest");
  for (const auto& [header, claims] : std::vector<std::pair<std::string, std::string>>{
           {R"({"alg":"none"})", R"({"exp":5,"room":"a"})"},
           {R"({"alg":"HS256","crit":["b64"],"b64":false})", R"({"exp":5,"room":"a"})"},
           {"[]", R"({"exp":5,"room":"a"})"},
           {head, R"({"room":"a"})"},
           {head, R"({"exp":5})"},
           {head, R"({"exp":"5","room":"a"})"},
           {head, R"({"exp":1e300,"room":"a"})"},
           {head, R"({"exp":-1,"room":"a"})"},
           {head, R"({"exp":5,"room":7})"},
           {head, std::string(1000, '[')},
           {head, ""}}) {
    CAPTURE(header, claims);
    CHECK_FALSE(read_claims(header, claims));
  }
}

TEST_CASE("where anybody is let in, there is something to write into a page", "[http][minting]") {
  Desk desk;
  desk.options.secrets.clear();
  CHECK(desk.ask("GET /api/ice").status == Status::service_unavailable);
  desk.options.anonymous = true;
  CHECK_THAT(desk.ask("GET /api/ice").content, Contains("\"username\":\"anyone\""));
  desk.options.anonymous = false;
  desk.options.stun_only = true;
  CHECK_THAT(desk.ask("GET /api/ice").content, !Contains("username"));
}

TEST_CASE("parameters are decoded, and encoded back", "[http][rfc3986-2.1]") {
  CHECK(parameter("a=1&b=%E7%8E%8B+x&b=2", "b") == "王 x");
  CHECK(parameter("a=1&ab=3", "b") == std::nullopt);
  CHECK(parameter("b&a", "b") == "");
  CHECK(parameter("b=%4", "b") == std::nullopt);
  CHECK(parameter("b=%g1", "b") == std::nullopt);
  CHECK(parameter("b=%-1", "b") == std::nullopt);
  CHECK(percent_encode("王 a/~") == "%E7%8E%8B%20a%2F~");
  CHECK(parameter("b=" + percent_encode("\x01&=+%"), "b") == "\x01&=+%");
}

}  // namespace
}  // namespace relay::http
