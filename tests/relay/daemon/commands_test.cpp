// The program's commands, run as a person runs them.
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "relay/doctor/report.h"
#include "relay/doctor/server_clock.h"
#include "relay/doctor/target.h"
#include "tests/relay/daemon/running_server.h"
#include "tests/relay/net/free_ports.h"
#include "tests/support/temporary_directory.h"

namespace {

using Catch::Contains;

struct Ran {
  std::string output;  // both streams
  int status = 0;
};

/// `arguments` are those of a shell.
Ran run(const std::string& arguments) {
  FILE* const pipe = ::popen((std::string(TURNSERVER) + " " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  Ran ran;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) ran.output += static_cast<char>(c);
  ran.status = WEXITSTATUS(::pclose(pipe));
  return ran;
}

}  // namespace

TEST_CASE("credentials printed by a command get into the server that runs", "[commands]") {
  const TemporaryDirectory folder;
  const std::string where = "-n -L 127.0.0.1 --state-dir=" + (folder / "state");
  const Ran none = run("credentials " + where);
  CHECK(none.status == 1);
  CHECK_THAT(none.output, Contains("no server has kept a secret there yet"));

  RunningServer server({"-L", "127.0.0.1", "-p", "0", "-u", "a:b", "--allow-loopback-peers",
                        "--state-dir=" + (folder / "state")});
  server.wait_for("CHECK  ");
  const Ran made = run("credentials --json --name=bo --ttl 90m " + where);
  CAPTURE(made.output);
  REQUIRE(made.status == 0);
  const auto minted = nlohmann::json::parse(made.output);
  CHECK(minted["ttl"] == 5400);
  auto client = client_of(server, minted["username"], minted["password"]);
  CHECK(client.allocate(patience()).has_value());
  auto stranger = client_of(server, minted["username"], "guess");
  CHECK_FALSE(stranger.allocate(patience()).has_value());
}

TEST_CASE("a link leads into a room, with a token that the secret signs", "[commands]") {
  const std::string where = " -n -L 127.0.0.1 --static-auth-secret=logen";
  const Ran made = run("link 'Room 1'" + where);
  CHECK(made.status == 0);
  CHECK_THAT(made.output,
             Contains("https://127.0.0.1:8098/#room=Room%201&token=eyJhbGciOiJIUzI1NiIs"));
  CHECK_THAT(run("link a --no-tls" + where).output, Contains("http://127.0.0.1:8099/#room=a&"));
}

TEST_CASE("a command that is asked wrongly says what to write", "[commands]") {
  const std::string where = " -n -L 127.0.0.1 --static-auth-secret=logen";
  const auto refused = [&](const std::string& arguments, const std::string& sentence) {
    const Ran ran = run(arguments + where);
    CHECK(ran.status == 1);
    CHECK_THAT(ran.output, Contains(sentence));
  };
  refused("credentials --ttl=5x", "\"5x\" is no time; write seconds, or 90m");
  refused("credentials --ttl=0", "is no time");
  refused("credentials --ttl=99999999999999999999", "is no time");
  refused("credentials bo", "a name is given with --name");
  refused("credentials --name=", "1 to 128 bytes");
  refused("credentials --realmm=x", "unknown option");
  refused("link", "turnserver link ROOM");
  refused("link a --no-signal", "no pages");
  CHECK_THAT(run("link --help").output, Contains("Usage: turnserver link ROOM"));
  CHECK(run("credentials -n -L 127.0.0.1 -z").status == 1);
}

TEST_CASE("the doctor says of each way in whether it relays, and what to do", "[commands]") {
  const TemporaryDirectory folder;
  const std::string port = std::to_string(relay::test::find_free_ports(1));  // of UDP and TCP
  RunningServer server({"-L", "127.0.0.1", "-p", port, "-u", "a:b", "--allow-loopback-peers",
                        "--tls-listening-port=0", "--no-tls=false",
                        "--state-dir=" + (folder / "state")});
  server.wait_for("CHECK  ");
  SECTION("all is well") {
    const Ran ran = run("doctor -n 127.0.0.1:" + port + " a b");
    CAPTURE(ran.output);
    CHECK(ran.status == 0);
    CHECK_THAT(ran.output, Contains("ok    udp          127.0.0.1:" + port + ": relays, ") &&
                               Contains("ok    tcp ") && Contains("ok    clock "));
  }
  SECTION("a wrong password") {
    const Ran ran = run("doctor -n --json 127.0.0.1:" + port + " a guess");
    CHECK(ran.status == 1);
    const auto report = nlohmann::json::parse(ran.output);
    CHECK(report["ok"] == false);
    CHECK(report["checks"][0]["verdict"] == "fail");
    CHECK(report["checks"][0]["advice"] == "Check user name, password and realm: capitals count.");
  }
  SECTION("credentials that have ended") {
    const Ran ran = run("doctor -n 127.0.0.1:" + port + " 1600000000:a b");
    CHECK_THAT(ran.output, Contains("The credentials expired "));
  }
  SECTION("no credentials: as far as one gets without") {
    const Ran ran = run("doctor -n 127.0.0.1:" + port);
    CHECK(ran.status == 0);
    CHECK_THAT(ran.output, Contains("note  udp ") && Contains("doctor URL USER PASSWORD"));
  }
  SECTION("a certificate of an authority that nobody knows") {
    const Ran ran = run("doctor -n turns:127.0.0.1:" + port + " a b");
    CHECK(ran.status == 1);
    CHECK_THAT(ran.output,
               Contains("FAIL  certificate  browsers refuse it: ") && Contains("ok    tls "));
  }
  SECTION("nobody there") {
    server.signal(SIGINT);
    CHECK(server.exit_code() == 0);
    const Ran ran = run("doctor -n turn:127.0.0.1:" + port + "?transport=tcp a b");
    CHECK(ran.status == 1);
    CHECK_THAT(ran.output, Contains("refused") && Contains("TCP port " + port + " is open"));
  }
}

TEST_CASE("the doctor reads URLs as browsers do", "[commands][rfc7065-3.1]") {
  using relay::doctor::parse_target;
  using turn::Transport;
  const auto ways = [](std::string_view text) {
    std::vector<std::pair<Transport, int>> all;
    const auto target = parse_target(text).value();
    for (const auto& way : target.ways) {
      all.emplace_back(way.transport, way.port);
    }
    return all;
  };
  using Ways = std::vector<std::pair<Transport, int>>;
  CHECK(ways("a.test") ==
        Ways{{Transport::udp, 3478}, {Transport::tcp, 3478}, {Transport::tls, 5349}});
  CHECK(ways("a.test:443") == Ways{{Transport::udp, 443}, {Transport::tcp, 443}});
  CHECK(ways("turn:a.test?transport=udp") == Ways{{Transport::udp, 3478}});
  CHECK(ways("turn:[::1]:80?transport=tcp") == Ways{{Transport::tcp, 80}});
  CHECK(ways("turns:a.test") == Ways{{Transport::tls, 5349}});
  CHECK(ways("turns:a.test:443?transport=tcp") == Ways{{Transport::tls, 443}});
  CHECK(ways("turns:a.test?transport=udp") == Ways{{Transport::dtls, 5349}});
  CHECK(parse_target("2001:db8::1")->host == "2001:db8::1");
  CHECK(parse_target("[2001:db8::1]:99")->host == "2001:db8::1");
  for (const std::string_view wrong :
       {"", "turn:", "turn:a:0", "turn:a:x", "turn:a:70000", "turn:a?transport=sctp", "[::1",
        "[::1]x", "http://a", "turn:u@a", "a:"}) {
    CAPTURE(wrong);
    const auto target = parse_target(wrong);
    REQUIRE_FALSE(target);
    CHECK_THAT(target.error(), Contains("write turn:HOST:PORT"));
  }
}

TEST_CASE("the doctor's clock is the Date of an answer", "[commands][rfc9110-6.6.1]") {
  using relay::doctor::date_in;
  CHECK(date_in("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n")
            ->time_since_epoch()
            .count() == 784111777);
  CHECK_FALSE(date_in("HTTP/1.1 200 OK\r\nDate: yesterday\r\n\r\n"));
  CHECK_FALSE(date_in("SSH-2.0\r\n"));
  CHECK_FALSE(date_in(""));
}
