// Options that say what is served, and to whom.
#include "bench.h"

namespace relay::options {

TEST_CASE("rfc5780 takes the ports behind the first ones unless told others", "[options]") {
  const Settings settings = parsed({"--rfc5780", "-p", "4000"}).settings;
  CHECK(settings.behavior_discovery);
  CHECK(settings.alternate_port == 4001);
  CHECK(settings.tls.alternate_port == 5350);
  CHECK(parsed({"--rfc5780", "--alt-listening-port=7"}).settings.alternate_port == 7);
  CHECK(from_yaml("rfc5780: true\nalt-tls-listening-port: 8\n").settings.tls.alternate_port == 8);
  CHECK(parsed({"--rfc5780", "-p", "65535"}).settings.alternate_port == 65534);
  CHECK_FALSE(parsed({"--rfc5780=0"}).settings.behavior_discovery);
}

TEST_CASE("rfc5780 needs two ports, both known", "[options]") {
  CHECK(failure({"--rfc5780", "-p", "0"}) ==
        "rfc5780 (command line: --rfc5780) needs a port that is known; listening-port (command "
        "line: -p): 0 takes any");
  CHECK(failure({"--rfc5780", "--alt-listening-port=3478"}) ==
        "alt-listening-port (command line: --alt-listening-port): 3478 is the first port already; "
        "write another one, or 0");
  CHECK(failure({"--rfc5780", "--alt-tls-listening-port=5349"}) ==
        "alt-tls-listening-port (command line: --alt-tls-listening-port): 5349 is the first port "
        "already; write another one, or 0");
}

TEST_CASE("old clients are answered on demand, and not where they could not be", "[options]") {
  CHECK(parsed({"--rfc3489-compatibility"}).settings.turn.rfc3489);
  CHECK(parsed({"--rfc3489-compatibility"}).warnings.empty());
  CHECK(parsed({"--rfc3489-compatibility", "--secure-stun"}).warnings ==
        Lines{"rfc3489-compatibility (command line: --rfc3489-compatibility): no effect, because "
              "of secure-stun (command line: --secure-stun)"});
  CHECK(parsed({"--rfc3489-compatibility", "--no-stun"}).warnings ==
        Lines{"rfc3489-compatibility (command line: --rfc3489-compatibility): no effect, because "
              "of no-stun (command line: --no-stun)"});
}

namespace {

std::string text_of(const std::vector<turn::AlternateServer>& servers) {
  std::string text;
  for (const auto& server : servers) {
    text += (text.empty() ? "" : " ") + server.address.to_string();
    if (!server.domain.empty()) text += "/" + server.domain;
  }
  return text;
}

}  // namespace

TEST_CASE("alternate servers have the usual port unless another is given", "[options]") {
  const Settings settings =
      parsed({"--alternate-server=192.0.2.1", "--alternate-server=[2001:db8::1]:3333",
              "--udp-alternate-server=2001:db8::2", "--tcp-alternate-server=192.0.2.2:80",
              "--tls-alternate-server=192.0.2.3/turn3.example.org"})
          .settings;
  CHECK(text_of(settings.alternate_servers) == "192.0.2.1:3478 [2001:db8::1]:3333");
  CHECK(text_of(settings.udp_alternate_servers) == "[2001:db8::2]:3478");
  CHECK(text_of(settings.tcp_alternate_servers) == "192.0.2.2:80");
  CHECK(text_of(settings.tls_alternate_servers) == "192.0.2.3:5349/turn3.example.org");
}

TEST_CASE("an alternate or auxiliary server that is none is refused", "[options]") {
  CHECK(failure({"--alternate-server=turn.example.org"}) ==
        "--alternate-server: \"turn.example.org\" is not the address of a server; write IP, "
        "IP:PORT or [IP]:PORT, behind it /NAME if its certificate has another name than ours\n"
        "    --alternate-server=turn.example.org\n"
        "                       ^");
  for (const char* const wrong : {"192.0.2.1:0", "192.0.2.1:70000", "0.0.0.0", "192.0.2.1/", ""}) {
    CHECK_FALSE(failure({"--alternate-server", wrong}).empty());
  }
  for (const char* const wrong : {"192.0.2.1", "192.0.2.1:0", "[2001:db8::1]", ":3480"}) {
    CHECK_FALSE(failure({"--aux-server", wrong}).empty());
  }
  CHECK(parsed({"--aux-server=[::1]:12345"}).settings.auxiliary_listeners.front().to_string() ==
        "[::1]:12345");
}

TEST_CASE("udp-self-balance needs somebody to share with", "[options]") {
  CHECK(parsed({"--udp-self-balance"}).warnings ==
        Lines{"udp-self-balance (command line: --udp-self-balance): no effect without an "
              "aux-server"});
  CHECK(parsed({"--udp-self-balance", "--aux-server=127.0.0.1:12345"}).warnings.empty());
  CHECK(
      parsed({"--udp-self-balance", "--aux-server=127.0.0.1:12345", "--alternate-server=192.0.2.1"})
          .warnings.size() == 1);
}

namespace {

/// Every realm with what is particular to it.
std::string realms_of(const Settings& settings) {
  std::string text;
  for (const RealmSetting& realm : settings.realms) {
    text += realm.name + ":";
    for (const auto& origin : realm.origins) text += " " + origin;
    for (const auto& user : realm.users) text += " " + user.name + "=" + user.password;
    for (const auto& secret : realm.secrets) text += " secret " + secret;
    if (realm.user_quota) text += " user " + std::to_string(*realm.user_quota);
    if (realm.total_quota) text += " total " + std::to_string(*realm.total_quota);
    if (realm.max_bps) text += " bps " + std::to_string(*realm.max_bps);
    text += "\n";
  }
  return text;
}

constexpr std::string_view two_realms =
    "a.example: https://a.example https://b.example alice=pw:1 user 3 total 9 bps 100\n"
    "c.example: secret s3cret\n";

}  // namespace

TEST_CASE("realms are the same on the command line, in the flat file and as a map", "[options]") {
  CHECK(realms_of(parsed({"--realm-origin=a.example=https://a.example",
                          "--realm-origin=a.example=https://b.example",
                          "--realm-user=a.example=alice:pw:1", "--realm-user-quota=a.example=3",
                          "--realm-total-quota=a.example=9", "--realm-max-bps=a.example=100",
                          "--realm-auth-secret=c.example=s3cret"})
                      .settings) == two_realms);
  CHECK(realms_of(from_conf("realm-origin=a.example=https://a.example\n"
                            "realm-origin=a.example=https://b.example\n"
                            "realm-user=a.example=alice:pw:1\n"
                            "realm-user-quota=a.example=3\n"
                            "realm-total-quota=a.example=9\n"
                            "realm-max-bps=a.example=100\n"
                            "realm-auth-secret=c.example=s3cret\n")
                      .settings) == two_realms);
  CHECK(realms_of(from_yaml("realms:\n"
                            "  a.example:\n"
                            "    origin: [https://a.example, https://b.example]\n"
                            "    user: alice:pw:1\n"
                            "    user-quota: 3\n"
                            "    total-quota: 9\n"
                            "    max-bps: 100\n"
                            "  c.example:\n"
                            "    auth-secret: s3cret\n")
                      .settings) == two_realms);
}

TEST_CASE("a realm that is written wrongly is refused where it is wrong", "[options]") {
  CHECK(failure({"--realm-user=a.example"}) ==
        "--realm-user: \"a.example\" names no realm and value; write REALM=VALUE such as "
        "example.org=https://www.example.org\n"
        "    --realm-user=***\n"
        "                 ^");
  CHECK(failure({"--realm-user-quota=a.example=many"}) ==
        "--realm-user-quota: \"many\" is not a whole number; write one from 0 to 4294967295\n"
        "    --realm-user-quota=a.example=many\n"
        "                                 ^");
  for (const char* const wrong : {"realms: {a.example: {colour: blue}}", "realms: {a.example: 3}",
                                  "realms: {a.example: {user: {b: c}}}", "realms: {'': {}}",
                                  "realms: 3", "realms: {a: {}}\nrealms: {b: {}}"}) {
    CHECK_FALSE(yaml_failure(wrong).empty());
  }
}

}  // namespace relay::options
