// That every option of coturn 4.17 is accepted. The list is typed from coturn's documentation, not
// taken from our table: a name that the table lacks must show here.
#include <array>
#include <set>

#include "bench.h"
#include "relay/options/table.h"

namespace relay::options {
namespace {

struct Sample {
  const char* name;
  const char* value;  // null: the option is given without one
  Kind kind;          // as coturn has it; of what takes no value there, one may be given here
};

constexpr Kind required = Kind::value, repeated = Kind::list,
               number_or_none = Kind::optional_number;
constexpr Kind on_or_off = Kind::boolean;

constexpr Sample samples[] = {
    {"listening-device", "eth0", required},
    {"listening-port", "3478", required},
    {"tls-listening-port", "5349", required},
    {"alt-listening-port", "3479", required},
    {"alt-tls-listening-port", "5350", required},
    {"tcp-proxy-port", "5555", required},
    {"listening-ip", "192.0.2.1", repeated},
    {"aux-server", "[2001:db8::1]:5555", repeated},
    {"udp-self-balance", nullptr, on_or_off},
    {"no-udp", nullptr, on_or_off},
    {"no-tcp", nullptr, on_or_off},
    {"no-tls", nullptr, on_or_off},
    {"dtls", nullptr, on_or_off},
    {"no-dtls", nullptr, on_or_off},
    {"relay-device", "eth0", required},
    {"relay-ip", "192.0.2.1", repeated},
    {"external-ip", "203.0.113.1/192.0.2.1", repeated},
    {"min-port", "49152", required},
    {"max-port", "65535", required},
    {"no-udp-relay", nullptr, on_or_off},
    {"no-tcp-relay", nullptr, on_or_off},
    {"allocation-default-address-family", "keep", required},
    {"keep-address-family", nullptr, on_or_off},
    {"server-relay", nullptr, on_or_off},
    {"multiplex-peer", nullptr, on_or_off},
    {"multiplex-peer-port", "3480", required},
    {"multiplex-peer-max-peers", "256", required},
    {"allow-loopback-peers", nullptr, on_or_off},
    {"no-multicast-peers", nullptr, on_or_off},
    {"allowed-peer-ip", "192.0.2.1", repeated},
    {"denied-peer-ip", "10.0.0.0-10.255.255.255", repeated},
    {"no-auth-pings", nullptr, on_or_off},
    {"no-dynamic-ip-list", nullptr, on_or_off},
    {"no-dynamic-realms", nullptr, on_or_off},
    {"relay-threads", "4", required},
    {"cpus", "4", required},
    {"sock-buf-size", "1048576", required},
    {"udp-recvmmsg", nullptr, on_or_off},
    {"udp-recvmmsg-log", nullptr, on_or_off},
    {"udp-sendmmsg-log", nullptr, on_or_off},
    {"udp-gso", nullptr, on_or_off},
    {"lt-cred-mech", nullptr, on_or_off},
    {"no-auth", nullptr, on_or_off},
    {"user", "alice:secret", repeated},
    {"realm", "example.org", required},
    {"use-auth-secret", nullptr, on_or_off},
    {"static-auth-secret", "secret", repeated},
    {"rest-api-separator", ":", required},
    {"oauth", nullptr, on_or_off},
    {"server-name", "turn.example.org", required},
    {"check-origin-consistency", nullptr, on_or_off},
    {"stale-nonce", "600", number_or_none},
    {"stateless-nonce", nullptr, on_or_off},
    {"stateless-nonce-secret", "secret", required},
    {"unauthorized-ratelimit", nullptr, on_or_off},
    {"unauthorized-ratelimit-rps", "10", number_or_none},
    {"secure-stun", nullptr, on_or_off},
    {"stun-only", nullptr, on_or_off},
    {"no-stun", nullptr, on_or_off},
    {"max-allocate-lifetime", "3600", number_or_none},
    {"channel-lifetime", "600", number_or_none},
    {"permission-lifetime", "300", number_or_none},
    {"max-allocate-timeout", "60", required},
    {"user-quota", "10", required},
    {"total-quota", "1000", required},
    {"max-bps", "1000000", required},
    {"bps-capacity", "0", required},
    {"drain-min-allocations", "0", required},
    {"mobility", nullptr, on_or_off},
    {"userdb", "/var/lib/turn/turndb", required},
    {"db", "/var/lib/turn/turndb", required},
    {"psql-userdb", "host=localhost dbname=turn", required},
    {"sql-userdb", "host=localhost dbname=turn", required},
    {"mysql-userdb", "host=localhost dbname=turn", required},
    {"mongo-userdb", "mongodb://localhost/turn", required},
    {"redis-userdb", "ip=127.0.0.1 dbname=2", required},
    {"redis-statsdb", "ip=127.0.0.1 dbname=3", required},
    {"secret-key-file", "/etc/key", required},
    {"cert", "/etc/cert.pem", required},
    {"pkey", "/etc/pkey.pem", required},
    {"pkey-pwd", "secret", required},
    {"raw-public-keys", nullptr, on_or_off},
    {"cipher-list", "ALL:!aNULL", required},
    {"CA-file", "/etc/ca.pem", required},
    {"ec-curve-name", "prime256v1", required},
    {"dh566", nullptr, on_or_off},
    {"dh1066", nullptr, on_or_off},
    {"dh-file", "/etc/dh.pem", required},
    {"tlsv1", nullptr, on_or_off},
    {"tlsv1_1", nullptr, on_or_off},
    {"no-tlsv1_2", nullptr, on_or_off},
    {"log-file", "/var/log/turn.log", required},
    {"no-stdout-log", nullptr, on_or_off},
    {"syslog", nullptr, on_or_off},
    {"syslog-facility", "LOG_LOCAL1", required},
    {"simple-log", nullptr, on_or_off},
    {"log-min-level", "info", required},
    {"new-log-timestamp", nullptr, on_or_off},
    {"new-log-timestamp-format", "%F %T", required},
    {"verbose", nullptr, on_or_off},
    {"Verbose", nullptr, on_or_off},
    {"log-binding", nullptr, on_or_off},
    {"drop-invalid-packets", nullptr, on_or_off},
    {"drop-invalid-packets-log", nullptr, on_or_off},
    {"prometheus", nullptr, on_or_off},
    {"prometheus-port", "9641", required},
    {"prometheus-address", "127.0.0.1", required},
    {"prometheus-path", "/metrics", required},
    {"prometheus-username-labels", nullptr, on_or_off},
    {"prometheus-tls", nullptr, on_or_off},
    {"prometheus-cert", "/etc/cert.pem", required},
    {"prometheus-key", "/etc/pkey.pem", required},
    {"cli", nullptr, on_or_off},
    {"no-cli", nullptr, on_or_off},
    {"cli-ip", "127.0.0.1", required},
    {"cli-port", "5766", required},
    {"cli-password", "qwerty", required},
    {"cli-max-output-sessions", "256", required},
    {"web-admin", nullptr, on_or_off},
    {"web-admin-ip", "127.0.0.1", required},
    {"web-admin-port", "8080", required},
    {"web-admin-listen-on-workers", nullptr, on_or_off},
    {"acme-redirect", "http://192.0.2.1/", required},
    {"alternate-server", "192.0.2.1:3478", repeated},
    {"tls-alternate-server", "192.0.2.1:5349", repeated},
    {"tcp-alternate-server", "192.0.2.1", repeated},
    {"udp-alternate-server", "192.0.2.1", repeated},
    {"software-attribute", nullptr, on_or_off},
    {"no-software-attribute", nullptr, on_or_off},
    {"include-reason-string", nullptr, on_or_off},
    {"fingerprint", nullptr, on_or_off},
    {"rfc5780", nullptr, on_or_off},
    {"no-rfc5780", nullptr, on_or_off},
    {"response-origin-only-with-rfc5780", nullptr, on_or_off},
    {"stun-backward-compatibility", nullptr, on_or_off},
    {"rfc3489-compatibility", nullptr, on_or_off},
    {"rfc5766-channel-numbers", nullptr, on_or_off},
    {"respond-http-unsupported", nullptr, on_or_off},
    {"daemon", nullptr, on_or_off},
    {"pidfile", "/run/turnserver.pid", required},
    {"proc-user", "turnserver", required},
    {"proc-group", "turnserver", required},
};

constexpr const char* removed[] = {
    "prod",     "no-sslv2",   "no-sslv3", "no-stun-backward-compatibility", "no-loopback-peers",
    "no-tlsv1", "no-tlsv1_1", "dh2066"};

}  // namespace

TEST_CASE("all 143 names of coturn are there, with its kinds", "[options]") {
  std::set<std::string> names{"version"};
  for (const Sample& sample : samples) {
    INFO(sample.name);
    names.insert(sample.name);
    const Option* option = find_option(sample.name);
    REQUIRE(option);
    CHECK(option->kind == sample.kind);
    CHECK_FALSE(option->help.empty());
  }
  CHECK(names.size() == 143);
}

TEST_CASE("every name is accepted on the command line", "[options]") {
  for (const Sample& sample : samples) {
    INFO(sample.name);
    const std::string word = "--" + std::string(sample.name) +
                             (sample.value ? "=" + std::string(sample.value) : std::string());
    const Parsed result = parsed({word.c_str()});
    CHECK(result.warnings.size() <= 1);
  }
}

TEST_CASE("every name is accepted in turnserver.conf and turnserver.yaml", "[options]") {
  for (const Sample& sample : samples) {
    INFO(sample.name);
    const std::string name = sample.name;
    const Parsed flat = from_conf(name + (sample.value ? "=" + std::string(sample.value) : ""));
    CHECK(flat.given.size() >= 1);
    const Parsed yaml =
        from_yaml(name + ": " + (sample.value ? "'" + std::string(sample.value) + "'" : "true"));
    CHECK(yaml.given.size() == flat.given.size());
  }
}

TEST_CASE("names that coturn no longer has are accepted with a word on what replaces them",
          "[options]") {
  for (const std::string name : removed) {
    INFO(name);
    const Lines on_line = parsed({("--" + name).c_str()}).warnings;
    REQUIRE(on_line.size() == 1);
    CHECK_THAT(on_line[0], Catch::StartsWith("--" + name + ": no longer exists; "));
    const Lines in_file = from_conf(name + "\n").warnings;
    REQUIRE(in_file.size() == 1);
    CHECK_THAT(in_file[0],
               Catch::StartsWith("turnserver.conf:1: " + name + ": no longer exists; "));
  }
  CHECK(parsed({"--ne=3", "--secret-ts-exp-time", "3600"}).warnings ==
        Lines{"--ne: no longer exists; relay-threads sets their number",
              "--secret-ts-exp-time: no longer exists; the user name holds the time of expiry"});
}

TEST_CASE("what is not built yet says so, and says nothing when it asks for nothing", "[options]") {
  CHECK(from_conf("\nraw-public-keys\n").warnings ==
        Lines{"turnserver.conf:2: raw-public-keys: this needs OpenSSL 3.2, ignored"});
  CHECK(parsed({"--dtls=no", "--mobility=false", "--cli=0", "--dh566=no", "--tcp-proxy-port=0",
                "--no-dynamic-realms", "--udp-recvmmsg", "--stateless-nonce=1"})
            .warnings.empty());
}

TEST_CASE("DTLS is served when it is asked for, by either name", "[options]") {
  CHECK_FALSE(parsed({}).settings.tls.datagrams);
  CHECK(parsed({"--dtls"}).settings.tls.datagrams);
  CHECK(from_conf("dtls\n").settings.tls.datagrams);
  CHECK_FALSE(parsed({"--dtls=no"}).settings.tls.datagrams);
  const Parsed by_old_name = parsed({"--no-dtls=false"});
  CHECK(by_old_name.settings.tls.datagrams);
  CHECK(by_old_name.warnings == Lines{"--no-dtls: deprecated; DTLS is off unless dtls is given"});
  CHECK(parsed({"--dtls", "--no-tlsv1_2"}).warnings ==
        Lines{"no-tlsv1_2 (command line: --no-tlsv1_2): DTLS stays at 1.2, there being no newer "
              "one here"});
  CHECK(parsed({"--dtls", "--no-udp", "--no-tcp", "--no-tls"}).settings.tls.datagrams);
}

TEST_CASE("the table has no letter and no name twice", "[options]") {
  std::set<std::string_view> names;
  std::set<char> letters;
  for (const Group& group : groups()) {
    for (const Option& option : group.options) {
      INFO(option.name);
      if (!option.name.empty()) CHECK(names.insert(option.name).second);
      if (option.letter) CHECK(letters.insert(option.letter).second);
      CHECK((option.state == State::works) == option.note.empty());
      if (option.takes_value() && option.state != State::removed) {
        CHECK_FALSE(option.value_name.empty());
        CHECK((!option.default_value.empty() || !option.example.empty() || option.letter == 'c'));
      }
    }
  }
}

}  // namespace relay::options
