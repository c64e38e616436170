// The whole daemon as people start, watch and stop it.
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/relay/daemon/running_server.h"
#include "tests/support/temporary_directory.h"

namespace {

using Catch::Matchers::Contains;
using nlohmann::json;
using Arguments = std::vector<std::string>;

const Arguments loopback{"-L", "127.0.0.1", "-p", "0"};

Arguments with(Arguments more) {
  more.insert(more.begin(), loopback.begin(), loopback.end());
  return more;
}

bool process_exists(int pid) { return ::kill(pid, 0) == 0; }

}  // namespace

TEST_CASE("the line that people know starts a relay that works", "[daemon]") {
  RunningServer server(with({"-a", "-u", "lqf:123456", "-v", "-f", "-r", "nort.gov"}));
  server.wait_for("CHECK  ");
  CHECK_THAT(server.line("READY"),
             Contains("udp") && Contains("tcp   relay 49152-65535   realm nort.gov"));
  CHECK_THAT(server.line("CHECK"), Contains("udp ok") && Contains("tcp ok"));
  CHECK_THAT(server.line("CHECK"), Contains("loopback"));
  server.wait_for("INFO  Total auth threads: ");

  const json servers = json::parse(server.line("PASTE"));
  REQUIRE(servers.size() == 1);
  CHECK(servers[0]["username"] == "lqf");
  CHECK(servers[0]["credential"] == "123456");
  CHECK(servers[0]["urls"][0] ==
        "turn:127.0.0.1:" + std::to_string(server.port()) + "?transport=udp");
  CHECK_THAT(servers[0]["urls"][1].get<std::string>(),
             Catch::StartsWith("turn:127.0.0.1:") && Catch::EndsWith("?transport=tcp"));
}

TEST_CASE("where no user is given, PASTE has one that works", "[daemon]") {
  RunningServer server(loopback);
  server.wait_for("CHECK  ");
  CHECK_THAT(server.line("CHECK"), Contains("udp ok") && Contains("tcp ok"));
  const json paste = json::parse(server.line("PASTE"))[0];
  CHECK(paste["username"] == "turnbox");
  CHECK(paste["credential"].get<std::string>().size() == 16);
  auto client = client_of(server, paste["username"], paste["credential"]);
  CHECK(client.allocate(patience()).has_value());
  auto guesser = client_of(server, "turnbox", "0123456789abcdef");
  CHECK_THAT(guesser.allocate(patience()).error(), Contains("401"));
}

TEST_CASE("time-limited credentials on PASTE are fresh ones, the made-up secret is shown",
          "[daemon]") {
  RunningServer server(with({"--use-auth-secret"}));
  server.wait_for("CHECK  ");
  CHECK_THAT(server.line("CHECK"), Contains("udp ok") && Contains("tcp ok"));
  CHECK(server.line("SECRET").find_first_of(' ') == 32);
  const json paste = json::parse(server.line("PASTE"))[0];
  auto client = client_of(server, paste["username"], paste["credential"]);
  CHECK(client.allocate(patience()).has_value());
}

TEST_CASE("a user given by key has no password to show, and still passes the self-test",
          "[daemon]") {
  // MD5 and SHA-256 of "k:vm:pw".
  const auto key = GENERATE(std::string("0xc7dcaf70ca92e32e5b32cc2d0ecb8d39"),
                            std::string("0x00000000000000000000000000000000"
                                        "00000000000000000000000000000000"));
  RunningServer server(with({"-r", "vm", "-u", "k:" + key, "--no-signal"}));
  server.wait_for("CHECK  ");
  CHECK_THAT(server.line("CHECK"), Contains("udp ok") && Contains("tcp ok"));
  CHECK(json::parse(server.line("PASTE"))[0]["credential"] == "<the password of k>");
}

TEST_CASE("-z lets everybody in and warns of it", "[daemon]") {
  RunningServer server(with({"-z"}));
  server.wait_for("CHECK  ");
  CHECK_THAT(server.line("CHECK"), Contains("udp ok") && Contains("tcp ok"));
  CHECK_THAT(server.standard_error(), Contains("turnserver: warning: anybody"));
}

TEST_CASE("SIGTERM and SIGINT end an idle server with exit code 0", "[daemon]") {
  const int number = GENERATE(SIGTERM, SIGINT);
  RunningServer server(loopback);
  server.wait_for("CHECK  ");
  server.signal(number);
  CHECK(server.exit_code() == 0);
}

TEST_CASE("SIGTERM waits for allocations and refuses new ones", "[daemon]") {
  RunningServer server(with({"-u", "lqf:123456", "-v", "--drain-timeout", "600"}));
  server.wait_for("CHECK  ");
  auto early = client_of(server, "lqf", "123456");
  REQUIRE(early.allocate(patience()).has_value());
  server.signal(GENERATE(SIGTERM, SIGUSR1));
  server.wait_for("draining");

  // The workers hear of it one after the other.
  std::string refusal;
  CHECK(eventually([&] {
    auto late = client_of(server, "lqf", "123456");
    const auto relayed = late.allocate(patience());
    if (relayed) late.release(patience());
    if (!relayed) refusal = relayed.error();
    return !relayed;
  }));
  CHECK_THAT(refusal, Contains("403"));
  CHECK(early.binding(patience()).has_value());
  CHECK_FALSE(server.has_ended());

  SECTION("the last allocation's end is the server's") { early.release(patience()); }
  SECTION("SIGINT ends it at once") { server.signal(SIGINT); }
  CHECK(server.exit_code() == 0);
}

TEST_CASE("a second SIGTERM does not wait", "[daemon]") {
  RunningServer server(with({"-u", "lqf:123456", "-v", "--drain-timeout", "600"}));
  server.wait_for("CHECK  ");
  auto client = client_of(server, "lqf", "123456");
  REQUIRE(client.allocate(patience()).has_value());
  server.signal(SIGTERM);
  server.wait_for("draining");
  server.signal(SIGTERM);
  CHECK(server.exit_code() == 0);
}

TEST_CASE("allocations that outlast the drain are cut off", "[daemon]") {
  RunningServer server(with({"-u", "lqf:123456", "--drain-timeout", "1"}));
  server.wait_for("CHECK  ");
  auto client = client_of(server, "lqf", "123456");
  REQUIRE(client.allocate(patience()).has_value());
  server.signal(SIGTERM);
  CHECK(server.exit_code() == 0);
  CHECK_THAT(server.standard_output(), Contains("1 allocations end now"));
}

TEST_CASE("in the background the server outlives its parent, and its pid file names it",
          "[daemon]") {
  const TemporaryDirectory directory;
  RunningServer parent(with({"-o", "--pidfile", directory / "pid"}));
  CHECK(parent.exit_code() == 0);
  CHECK_THAT(parent.line("CHECK"), Contains("udp ok") && Contains("tcp ok"));
  const int pid = std::stoi(directory.read("pid"));
  CHECK(process_exists(pid));

  SECTION("a second one with the same pid file is told who runs") {
    RunningServer second(with({"--pidfile", directory / "pid"}));
    CHECK(second.exit_code() == 1);
    CHECK_THAT(second.standard_error(), Contains("process " + std::to_string(pid)));
  }
  CHECK(process_exists(pid));
  ::kill(pid, SIGTERM);
  CHECK(eventually([&] { return !process_exists(pid); }));
  CHECK_FALSE(std::filesystem::exists(directory / "pid"));
}

TEST_CASE("what goes wrong in the background reaches the terminal", "[daemon]") {
  RunningServer first(loopback);
  first.wait_for("READY");
  const std::string port = std::to_string(first.port());
  RunningServer second({"-o", "-L", "127.0.0.1", "-p", port});
  CHECK(second.exit_code() == 1);
  CHECK_THAT(second.standard_error(),
             Contains("turnserver: ") && Contains(port) && Contains("in use"));
}

TEST_CASE("errors at the start are one sentence on stderr and exit code 1", "[daemon]") {
  const auto [argument, value, sentence] = GENERATE(table<std::string, std::string, std::string>({
      {"-L", "203.0.113.77", "203.0.113.77 is not an address of this machine"},
      {"-E", "203.0.113.77", "--relay-ip 203.0.113.77: no interface"},
      {"--proc-user", "nobody-is-called-that", "there is no such user"},
      {"--proc-group", "nobody-is-called-that", "there is no such group"},
      {"--pidfile", "/nonexistent/pid", "cannot write the pid file /nonexistent/pid"},
      {"-l", "/nonexistent/log", "cannot write the log file /nonexistent/log"},
  }));
  RunningServer server({"-p", "0", argument, value});
  CHECK(server.exit_code() == 1);
  CHECK_THAT(server.standard_error(), Contains("turnserver: ") && Contains(sentence));
}

TEST_CASE("JSON on stdout is nothing but JSON", "[daemon]") {
  RunningServer server(with({"-u", "lqf:123456", "-v", "--log-format", "json"}));
  server.wait_for("CHECK  ");
  server.signal(SIGTERM);
  CHECK(server.exit_code() == 0);
  CHECK_THAT(server.standard_error(), Contains("READY  ") && Contains("CHECK  "));
  std::istringstream lines(server.standard_output());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    INFO(line);
    CHECK(json::parse(line).contains("msg"));
  }
  CHECK(count > 5);
  CHECK_THAT(server.standard_output(), !Contains("123456"));
}

TEST_CASE("SIGHUP opens the log file again", "[daemon]") {
  const TemporaryDirectory directory;
  RunningServer server(with({"-l", directory / "turn.log", "--simple-log", "-v"}));
  server.wait_for("CHECK  ");
  std::filesystem::rename(directory / "turn.log", directory / "turn.log.1");
  server.signal(SIGHUP);
  CHECK(eventually([&] {
    return directory.read("turn.log").find("log files opened again") != std::string::npos;
  }));
}

TEST_CASE("privileges are gone once the ports are open", "[daemon]") {
  if (::geteuid() != 0) return;  // only root has any to drop
  RunningServer server(with({"--proc-user", "nobody", "--proc-group", "nogroup"}));
  server.wait_for("CHECK  ");
  CHECK_THAT(server.line("CHECK"), Contains("udp ok") && Contains("tcp ok"));
  const std::string tasks = "/proc/" + std::to_string(server.pid()) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    std::ifstream status(task.path() / "status");
    std::ostringstream text;
    text << status.rdbuf();
    CHECK_THAT(text.str(), Contains("Uid:\t65534\t65534\t65534\t65534") &&
                               Contains("Gid:\t65534\t65534\t65534\t65534"));
  }
}
