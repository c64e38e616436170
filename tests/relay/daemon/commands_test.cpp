// The program's commands, run as a person runs them.
#include <catch2/catch.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tests/relay/daemon/running_server.h"
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
             Contains("https://127.0.0.1:5349/#room=Room%201&token=eyJhbGciOiJIUzI1NiIs"));
  CHECK_THAT(run("link a --no-tls" + where).output, Contains("http://127.0.0.1:3478/#room=a&"));
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
