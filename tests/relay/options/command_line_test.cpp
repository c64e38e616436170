#include "relay/options/command_line.h"

#include <algorithm>
#include <set>

#include "bench.h"

namespace relay::options {
namespace {

/// `c:d:v` as {"c:", "d:", "v"}.
std::set<std::string> letters_of(std::string_view text) {
  std::set<std::string> letters;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':') continue;
    letters.insert(std::string(text.substr(i, i + 1 < text.size() && text[i + 1] == ':' ? 2 : 1)));
  }
  return letters;
}

}  // namespace

TEST_CASE("the line that people know works as it is", "[options]") {
  const Parsed result =
      parsed({"-L", "0.0.0.0", "-a", "-u", "lqf:123456", "-v", "-f", "-r", "nort.gov"});
  CHECK(result.warnings.empty());
  CHECK(result.action == Action::run);
  const Settings& settings = result.settings;
  REQUIRE(settings.listening_ips.size() == 1);
  CHECK(settings.listening_ips[0].to_string() == "0.0.0.0");
  REQUIRE(settings.users.size() == 1);
  CHECK(settings.users[0].name == "lqf");
  CHECK(settings.users[0].password == "123456");
  CHECK(settings.realm == "nort.gov");
  CHECK(settings.log.level == LogLevel::info);
  CHECK(settings.turn.always_fingerprint);
  CHECK_FALSE(settings.anonymous);
  CHECK(settings.listening_port == 3478);
}

TEST_CASE("the letters and whether they take a value are coturn's", "[options]") {
  CHECK(letters_of(letter_string()) ==
        letters_of("c:d:p:L:E:X:i:m:l:r:u:b:B:e:M:J:N:O:q:Q:s:C:K:A:vVofhznaS"));
}

TEST_CASE("every short letter is understood", "[options]") {
  const Parsed result = parsed(
      {"-d", "eth0",  "-p", "3479",  "-L", "::1",        "-E",     "127.0.0.1", "-X", "203.0.113.1",
       "-i", "eth1",  "-m", "3",     "-l", "/tmp/t.log", "-r",     "r",         "-u", "a:b",
       "-b", "/db",   "-B", "2000",  "-e", "pg",         "-M",     "my",        "-J", "mongo",
       "-N", "redis", "-O", "stats", "-q", "5",          "-Q",     "50",        "-s", "1000",
       "-C", ";",     "-K", "1",     "-A", "ipv6",       "-vVofS", "-a"});
  const Settings& settings = result.settings;
  CHECK(settings.listening_device == "eth0");
  CHECK(settings.listening_port == 3479);
  CHECK(settings.listening_ips[0].to_string() == "::1");
  CHECK(settings.relay_ips[0].to_string() == "127.0.0.1");
  CHECK(settings.external_addresses[0].external.to_string() == "203.0.113.1");
  CHECK(settings.relay_device == "eth1");
  CHECK(settings.workers == 3);
  CHECK(settings.log.file == "/tmp/t.log");
  CHECK(settings.log.level == LogLevel::debug);
  CHECK(settings.user_quota == 5);
  CHECK(settings.total_quota == 50);
  CHECK(settings.turn.max_bps == 1000);
  CHECK(settings.bps_capacity == 2000);
  CHECK(settings.rest_api_separator == ';');
  CHECK(settings.turn.default_family == turn::DefaultFamily::ipv6);
  CHECK(settings.daemon);
  CHECK(settings.turn.always_fingerprint);
  CHECK(settings.turn.stun_only);
  CHECK(
      result.warnings ==
      Lines{"-b: databases are not built yet, ignored", "-e: databases are not built yet, ignored",
            "-M: databases are not built yet, ignored", "-J: databases are not built yet, ignored",
            "-N: databases are not built yet, ignored", "-O: metrics are not built yet, ignored",
            "-K: deprecated; write allocation-default-address-family=keep"});
  CHECK(parsed({"-z"}).settings.anonymous);
}

TEST_CASE("a switch takes its value behind an equals sign only", "[options]") {
  CHECK(parsed({"--no-udp"}).settings.udp == false);
  CHECK(parsed({"--no-udp=false"}).settings.udp == true);
  CHECK(parsed({"--no-udp=0", "--no-tcp=yes"}).settings.tcp == false);
  const Parsed apart = parsed({"--no-udp", "false"});
  CHECK(apart.settings.udp == false);
  CHECK(apart.warnings == Lines{"\"false\" belongs to no option, ignored; an optional value is "
                                "written --option=VALUE"});
  CHECK(failure({"--no-udp=maybe"}) ==
        "--no-udp: \"maybe\" is neither true nor false; write true or false\n"
        "    --no-udp=maybe\n"
        "             ^");
}

TEST_CASE("an optional number has its default when it is left out", "[options]") {
  CHECK(parsed({"--stale-nonce=30"}).settings.nonce_lifetime.count() == 30);
  CHECK(parsed({"--stale-nonce"}).settings.nonce_lifetime.count() == 600);
  CHECK(parsed({"--stale-nonce=0"}).settings.nonce_lifetime.count() == 0);
  CHECK(parsed({"--max-allocate-lifetime"}).settings.turn.max_lifetime.count() == 3600);
  CHECK(parsed({"--channel-lifetime=700"}).settings.turn.channel_lifetime.count() == 700);
  CHECK(parsed({"--permission-lifetime=100"}).settings.turn.permission_lifetime.count() == 100);
}

TEST_CASE("lists accumulate over file and command line, scalars are replaced", "[options]") {
  const Parsed result =
      parsed({"-L", "192.0.2.2", "-p", "2", "--listening-port=3", "--user=b:2"},
             {{"turnserver.conf", "listening-ip=192.0.2.1\nlistening-port=1\nuser=a:1\n"}});
  REQUIRE(result.settings.listening_ips.size() == 2);
  CHECK(result.settings.listening_ips[0].to_string() == "192.0.2.1");
  CHECK(result.settings.listening_ips[1].to_string() == "192.0.2.2");
  CHECK(result.settings.listening_port == 3);
  CHECK(result.settings.users.size() == 2);
}

TEST_CASE("-n, -c, -h and --version count as words of their own", "[options]") {
  const std::map<std::string, std::string> files = {{"turnserver.conf", "realm=default\n"},
                                                    {"other.conf", "realm=other\n"}};
  CHECK(parsed({}, files).settings.realm == "default");
  CHECK(parsed({"-n"}, files).settings.realm.empty());
  CHECK(parsed({"-c", "other.conf"}, files).settings.realm == "other");
  CHECK(parsed({"-c", "other.conf"}, files).config_file == "other.conf");
  CHECK(parsed({"-h"}, files).action == Action::help);
  CHECK(parsed({"--help"}, files).action == Action::help);
  CHECK(parsed({"-p", "nonsense", "--version"}, files).action == Action::version);

  const Parsed clustered = parsed({"-vn"}, files);
  CHECK(clustered.settings.realm == "default");
  CHECK(clustered.warnings ==
        Lines{"-n: counts as a word of its own only, ignored; write it apart"});
  const Parsed glued = parsed({"-cother.conf"}, files);
  CHECK(glued.settings.realm == "default");
  CHECK(glued.warnings == Lines{"-c: counts as a word of its own only, ignored; write -c FILE"});
}

TEST_CASE("an unknown option is refused with advice", "[options]") {
  CHECK(failure({"--relm", "x"}) == "--relm: unknown option; did you mean --realm?");
  CHECK(failure({"--listning-ip=1.2.3.4"}) ==
        "--listning-ip: unknown option; did you mean --listening-ip?");
  CHECK(failure({"--frobnicate-everything"}) ==
        "--frobnicate-everything: unknown option; turnserver --help lists all of them");
  CHECK(failure({"-y"}) == "-y: unknown option; turnserver --help lists all of them");
  CHECK(failure({"-vy"}) == "-y: unknown option; turnserver --help lists all of them");
  CHECK(failure({"--no-ud"}) == "--no-ud: could be any of --no-udp, --no-udp-relay");
}

TEST_CASE("an unambiguous beginning of a name is enough", "[options]") {
  CHECK(parsed({"--listening-p=4000"}).settings.listening_port == 4000);
}

TEST_CASE("a value too few or too many is said", "[options]") {
  CHECK(failure({"-p"}) == "-p: a value is missing; write -p PORT");
  CHECK(failure({"--user"}) == "--user: a value is missing; write --user NAME:PASSWORD");
  CHECK(failure({"--check-config=x"}) ==
        "--check-config: takes no value; write --check-config alone");
}

TEST_CASE("a wrong value is shown where it stands", "[options]") {
  CHECK(failure({"-p", "34x78"}) ==
        "-p: \"34x78\" is not a port; write a number from 0 to 65535\n"
        "    -p 34x78\n"
        "         ^");
  CHECK(failure({"-vp34x78"}) ==
        "-p: \"34x78\" is not a port; write a number from 0 to 65535\n"
        "    -vp34x78\n"
        "         ^");
  CHECK(failure({"--external-ip=203.0.113.1/host"}) ==
        "--external-ip: \"host\" is not an IP address; write one such as 192.0.2.1 or 2001:db8::1\n"
        "    --external-ip=203.0.113.1/host\n"
        "                              ^");
  CHECK(failure({"--max-port", "70000"}) ==
        "--max-port: \"70000\" is not a port; write a number from 0 to 65535\n"
        "    --max-port 70000\n"
        "               ^");
}

TEST_CASE("a way of opening relay sockets that does not exist is shown where it stands",
          "[options]") {
  CHECK(failure({"--relay-sockets=mixed"}) ==
        "--relay-sockets: \"mixed\" is no way of opening relay sockets; write own or shared\n"
        "    --relay-sockets=mixed\n"
        "                    ^");
}

TEST_CASE("a wrong secret is not repeated in the message", "[options]") {
  CHECK(failure({"-u", "alice-secret"}) ==
        "-u: the password is missing; write NAME:PASSWORD or NAME:0xKEY\n"
        "    -u ***\n"
        "       ^");
  CHECK_THAT(failure({"--user=alice:0x1234"}), !Catch::Contains("1234"));
}

TEST_CASE("no words at all are a configuration too", "[options]") {
  MemoryFiles files;
  const auto result = parse_command_line({}, files);
  REQUIRE(result);
  CHECK(result->settings.users.empty());
  CHECK_FALSE(result->settings.anonymous);
}

TEST_CASE("actions are found among other options", "[options]") {
  CHECK(parsed({"-p", "1", "--check-config"}).action == Action::check_config);
  CHECK(parsed({"--print-config", "-v"}).action == Action::print_config);
  CHECK(parsed({"--print-reference"}).reference_format == ReferenceFormat::markdown);
  CHECK(parsed({"--print-reference=yaml"}).reference_format == ReferenceFormat::yaml);
  CHECK(parsed({"--print-reference=conf"}).action == Action::print_reference);
  CHECK_THAT(failure({"--print-reference=pdf"}),
             Catch::StartsWith("--print-reference: \"pdf\" is not a reference format"));
}

}  // namespace relay::options
