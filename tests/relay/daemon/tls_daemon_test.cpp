// TLS of the daemon: whose certificate, what unfit ones lead to, and how a new one takes over.
#include <signal.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "relay/net/tls/issue.h"
#include "relay/startup_screen.h"
#include "tests/relay/daemon/running_server.h"
#include "tests/relay/net/tls/tls_client.h"
#include "tests/support/temporary_directory.h"

namespace {

using Catch::Contains;
using relay::net::tls::test::TestIdentity;

std::vector<std::string> with_tls(std::vector<std::string> more) {
  more.insert(more.begin(), {"-L", "127.0.0.1", "-p", "0", "-u", "a:b", "-r", "example.org", "-v",
                             "--allow-loopback-peers", "--no-tls=false"});
  return more;
}

std::vector<std::string> with(const TestIdentity& identity) {
  return with_tls(
      {"--cert=" + identity.files.certificate_file, "--pkey=" + identity.files.key_file});
}

/// Of READY's `3478/udp+tcp 5349/tls`.
std::uint16_t tls_port(const RunningServer& server) {
  const std::string ready = server.line("READY");
  const std::size_t end = ready.find("/tls");
  INFO(ready);
  REQUIRE(end != std::string::npos);
  return static_cast<std::uint16_t>(std::stoi(ready.substr(ready.rfind(' ', end))));
}

void copy(const TestIdentity& from, const TestIdentity& to) {
  to.folder.write("server-key.pem", from.folder.read("server-key.pem"));
  to.folder.write("server.pem", from.folder.read("server.pem"));
}

}  // namespace

TEST_CASE("without a certificate one of our own is shown, the same every time", "[daemon][tls]") {
  const TemporaryDirectory folder;
  const auto fingerprint = [&] {
    RunningServer server(with_tls({"--state-dir=" + (folder / "state")}));
    server.wait_for("CHECK  ");
    server.wait_for("clients must trust");
    const std::string check = server.line("CHECK");
    CHECK_THAT(check, Contains(folder / "state/ca.pem"));
    CHECK_THAT(check, Contains("| tls ok ") && !Contains("browsers refuse"));
    const std::size_t at = check.find("SHA-256 ");
    REQUIRE(at != std::string::npos);
    const auto urls = nlohmann::json::parse(server.line("PASTE"))[0]["urls"];
    CHECK(urls.back() == "turns:127.0.0.1:" + std::to_string(tls_port(server)) + "?transport=tcp");
    return check.substr(at, 8 + 32 * 3 - 1);
  };
  const std::string first = fingerprint();
  CHECK(fingerprint() == first);
}

TEST_CASE("the TLS port understands plain TURN too", "[daemon][tls]") {
  TestIdentity identity;
  RunningServer server(with(identity));
  server.wait_for("CHECK  ");
  auto connection = relay::self_test::Connection::open(
      {stun::IpAddress::v4({127, 0, 0, 1}), tls_port(server)}, turn::Transport::tcp, patience());
  REQUIRE(connection.has_value());
  relay::self_test::TurnClient client(std::move(*connection),
                                      relay::self_test::Credentials{"a", "b", std::nullopt});
  CHECK(client.allocate(patience()).has_value());
}

TEST_CASE("DTLS is shown beside TLS, and needs the certificate alone", "[daemon][dtls]") {
  TestIdentity identity;
  auto arguments = with(identity);
  arguments.push_back("--dtls");
  SECTION("with TLS") {
    RunningServer server(arguments);
    server.wait_for("CHECK  ");
    CHECK_THAT(server.line("READY"), Contains("/tls") && Contains("dtls "));
  }
  SECTION("without TLS") {
    arguments.push_back("--no-tls");
    RunningServer server(arguments);
    server.wait_for("CHECK  ");
    CHECK_THAT(server.line("READY"), !Contains("/tls") && Contains("/dtls "));
  }
}

TEST_CASE("an unfit certificate keeps the server from starting", "[daemon][tls]") {
  TestIdentity identity, other;
  auto arguments = with(identity);
  std::string reason;
  SECTION("missing") {
    arguments.push_back("--cert=/nowhere/cert.pem");
    reason = "/nowhere/cert.pem: No such file or directory";
  }
  SECTION("the key of another") {
    arguments.push_back("--pkey=" + other.files.key_file);
    reason = other.files.key_file + ": is not the key of the certificate in " +
             identity.files.certificate_file;
  }
  SECTION("no folder to keep one of our own in") {
    arguments = with_tls({"--state-dir=/proc/nowhere"});
    reason = "/proc/nowhere: ";
  }
  SECTION("it is found out by --check-config too") {
    arguments.insert(arguments.end(), {"--cert=/nowhere/cert.pem", "--check-config"});
    reason = "/nowhere/cert.pem: No such file or directory";
  }
  RunningServer server(arguments);
  CHECK(server.exit_code() == 1);
  CHECK_THAT(server.standard_error(), Contains("turnserver: " + reason));
  CHECK_THAT(server.standard_output(), !Contains("READY"));
}

TEST_CASE("an expired certificate is served with a warning", "[daemon][tls]") {
  using namespace std::chrono_literals;
  namespace tls = relay::net::tls;
  TestIdentity identity;
  const tls::KeyPointer key = tls::make_key();
  const tls::WallTime now = tls::wall_clock();
  const tls::X509Pointer old = tls::issue_authority(*key, now - 200 * 24h, now - 100 * 24h);
  identity.folder.write("server.pem", tls::pem_of(*old));
  identity.folder.write("server-key.pem", tls::pem_of(*key));
  RunningServer server(with(identity));
  server.wait_for("CHECK  ");
  CHECK_THAT(server.standard_error(), Contains("warning: " + identity.files.certificate_file +
                                               ": expired on " + tls::date_of(now - 100 * 24h)));
  CHECK_THAT(server.line("CHECK"), Contains("browsers refuse the certificate: it expired on " +
                                            tls::date_of(now - 100 * 24h)));
}

TEST_CASE("a certificate as courses make it is served, and what browsers miss in it is told",
          "[daemon][tls]") {
  using namespace std::chrono_literals;
  namespace tls = relay::net::tls;
  TestIdentity identity;
  const tls::KeyPointer key(EVP_RSA_gen(2048));
  const tls::WallTime now = tls::wall_clock();
  const tls::X509Pointer course = tls::issue_authority(*key, now - 24h, now + 24h);
  identity.folder.write("both.pem", tls::pem_of(*key) + tls::pem_of(*course));
  const std::string both = identity.folder / "both.pem";
  RunningServer server(with_tls({"--cert=" + both, "--pkey=" + both}));
  server.wait_for("CHECK  ");
  CHECK_THAT(server.line("CHECK"),
             Contains("| tls ok ") && Contains("it has no subjectAltName") &&
                 Contains("until " + tls::date_of(now + 24h) + ", self-signed"));
}

TEST_CASE("a certificate for others is told of, as is one that is wanted of clients",
          "[daemon][tls]") {
  SECTION("for others") {
    TestIdentity identity({.dns = {"*.example.org"}, .addresses = {}});
    RunningServer server(with(identity));
    server.wait_for("CHECK  ");
    CHECK_THAT(server.line("CHECK"),
               Contains("(browsers refuse the certificate: it is not for 127.0.0.1)"));
  }
  SECTION("signed by nobody known") {
    TestIdentity identity;
    RunningServer server(with(identity));
    server.wait_for("CHECK  ");
    CHECK_THAT(server.line("CHECK"), Contains("(the certificate is not trusted here: "));
  }
  SECTION("wanted of clients") {
    TestIdentity identity;
    auto arguments = with(identity);
    arguments.push_back("--CA-file=" + identity.files.authority_file);
    RunningServer server(arguments);
    server.wait_for("CHECK  ");
    CHECK_THAT(server.line("CHECK"), Contains("tls not tried"));
  }
}

TEST_CASE("a new certificate takes over by itself, a bad one does not", "[daemon][tls]") {
  TestIdentity identity, next;
  RunningServer server(with(identity));
  server.wait_for("CHECK  ");
  copy(next, identity);
  server.wait_for("certificate loaded: ");
  identity.folder.write("server.pem", "oh dear");
  server.wait_for("the certificate stays as it was: " + identity.files.certificate_file +
                  ": holds no certificate in PEM form");
}

TEST_CASE("every one of several certificates is shown and watched", "[daemon][tls]") {
  TestIdentity first({.dns = {"turn.example.org"}, .addresses = {}});
  TestIdentity further({.dns = {"meet.example.org"}, .addresses = {}});
  auto arguments = with(first);
  arguments.push_back("--sni-cert=" + further.files.certificate_file + "," +
                      further.files.key_file);
  RunningServer server(arguments);
  server.wait_for("CHECK  ");
  CHECK_THAT(server.line("CHECK"), Contains("certificate for turn.example.org until ") &&
                                       Contains("; for meet.example.org until "));
  copy(TestIdentity({.dns = {"call.example.org"}, .addresses = {}}), further);
  server.wait_for("; for call.example.org until ");
}

TEST_CASE("signals have the certificate loaded again", "[daemon][tls]") {
  const int number = GENERATE(SIGUSR2, SIGHUP);
  TestIdentity identity;
  RunningServer server(with(identity));
  server.wait_for("CHECK  ");
  server.signal(number);
  server.wait_for("certificate loaded: tls certificate for localhost, 127.0.0.1 until ");
}

TEST_CASE("the certificate of the metrics is loaded, watched and refused like the others",
          "[daemon][tls][metrics]") {
  TestIdentity identity({.dns = {"metrics.example.org"}, .addresses = {}});
  RunningServer server({"-L", "127.0.0.1", "-p", "0", "-a", "-u", "a:b", "-r", "example.org", "-v",
                        "--no-signal", "--prometheus-tls", "--prometheus-port=0",
                        "--prometheus-address=127.0.0.1",
                        "--prometheus-cert=" + identity.files.certificate_file,
                        "--prometheus-key=" + identity.files.key_file});
  server.wait_for("/metrics, in TLS");
  server.wait_for("CHECK  ");
  server.signal(SIGUSR2);
  server.wait_for("certificate loaded: tls certificate for metrics.example.org until ");
  identity.folder.write("server.pem", "oh dear");
  server.wait_for("the certificate stays as it was: " + identity.files.certificate_file);
  RunningServer refused({"-L", "127.0.0.1", "-p", "0", "-a", "-u", "a:b", "-r", "example.org",
                         "--prometheus-tls", "--prometheus-port=0",
                         "--prometheus-cert=" + identity.files.certificate_file});
  CHECK(refused.exit_code() == 1);
  CHECK_THAT(refused.standard_error(), Contains(identity.files.certificate_file));
}

TEST_CASE("a URL for TLS has a name that the certificate is for", "[screen][tls]") {
  const relay::HostFacts host{
      .interface_addresses = {stun::IpAddress::parse("192.168.1.7").value()},
      .host_name = "box",
      .domain_name = "",
      .spare_password = "x",
      .spare_secret = "y"};
  const auto plan = relay::make_plan({}, host).value();
  relay::net::tls::Certificate certificate;
  const auto url = [&] {
    const relay::Ports ports{.udp = 0, .tcp = 0, .tls = 5349};
    const auto servers = nlohmann::json::parse(relay::ice_servers(plan, ports, &certificate));
    REQUIRE(servers[0]["urls"].size() == 1);
    return servers[0]["urls"][0].get<std::string>();
  };
  certificate.dns_names = {"*.example.org", "turn.example.org"};
  CHECK(url() == "turns:turn.example.org:5349?transport=tcp");
  certificate.addresses = {"192.168.1.7"};
  CHECK(url() == "turns:192.168.1.7:5349?transport=tcp");
}
