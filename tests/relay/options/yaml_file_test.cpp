#include "bench.h"

namespace relay::options {

TEST_CASE("YAML keys are the long names, lists are for what may be repeated", "[options]") {
  const Parsed result = from_yaml(R"(# a relay
listening-ip: [0.0.0.0, "::"]
listening-port: 3479
user:
  - alice:secret
  - "bob:x # y"
realm: example.org
verbose: true
no-tcp: off
denied-peer-ip: 10.0.0.0/8
stale-nonce: 0
fingerprint:
)");
  CHECK(result.config_file == "turnserver.yaml");
  CHECK(result.warnings.empty());
  const Settings& settings = result.settings;
  CHECK(settings.listening_ips.size() == 2);
  CHECK(settings.listening_ips[1].to_string() == "::");
  CHECK(settings.listening_port == 3479);
  CHECK(settings.users[1].password == "x # y");
  CHECK(settings.realm == "example.org");
  CHECK(settings.log.level == LogLevel::info);
  CHECK(settings.tcp);
  CHECK(settings.denied_peers[0].last.to_string() == "10.255.255.255");
  CHECK(settings.nonce_lifetime.count() == 0);
  CHECK(settings.turn.always_fingerprint);
}

TEST_CASE("an empty YAML file sets nothing", "[options]") {
  CHECK(from_yaml("").given.empty());
  CHECK(from_yaml("# nothing\n---\n").given.empty());
}

TEST_CASE("an unknown YAML key is an error", "[options]") {
  CHECK(yaml_failure("realm: a\nlistning-port: 5\n") ==
        "turnserver.yaml:2: unknown option \"listning-port\"; did you mean \"listening-port\"?\n"
        "    listning-port: 5\n"
        "    ^");
  CHECK(yaml_failure("frobnicate-all: 5\n") ==
        "turnserver.yaml:1: unknown option \"frobnicate-all\"\n"
        "    frobnicate-all: 5\n"
        "    ^");
}

TEST_CASE("a wrong YAML value is shown where it stands", "[options]") {
  CHECK(yaml_failure("realm: a\nlistening-port: 34x78\n") ==
        "turnserver.yaml:2: listening-port: \"34x78\" is not a port; write a number from 0 to "
        "65535\n"
        "    listening-port: 34x78\n"
        "                      ^");
  CHECK(yaml_failure("listening-ip:\n  - 192.0.2.1\n  - \"192.0.2.g\"\n") ==
        "turnserver.yaml:3: listening-ip: \"192.0.2.g\" is not an IP address; write one such as "
        "192.0.2.1 or 2001:db8::1\n"
        "      - \"192.0.2.g\"\n"
        "                 ^");
  CHECK(yaml_failure("realm:\n") ==
        "turnserver.yaml:1: realm: a value is missing; write REALM\n"
        "    realm:\n"
        "          ^");
}

TEST_CASE("the shape of a YAML file is checked", "[options]") {
  CHECK(yaml_failure("realm: [a, b]\n") ==
        "turnserver.yaml:1: \"realm\" has one value, not a list\n"
        "    realm: [a, b]\n"
        "           ^");
  CHECK(yaml_failure("realm:\n  name: a\n") ==
        "turnserver.yaml:2: \"realm\" has a value, not keys of its own; see turnserver "
        "--print-reference=yaml\n"
        "      name: a\n"
        "      ^");
  CHECK(yaml_failure("realm: a\nrealm: b\n") ==
        "turnserver.yaml:2: \"realm\" is here for the second time; remove one of them\n"
        "    realm: b\n"
        "    ^");
  CHECK(yaml_failure("user: a:b\nuser: c:d\n") ==
        "turnserver.yaml:2: \"user\" is here for the second time; write one list\n"
        "    user: c:d\n"
        "    ^");
  CHECK(yaml_failure("user:\n  - [a]\n") ==
        "turnserver.yaml:2: an item of this list is one value\n"
        "      - [a]\n"
        "        ^");
  CHECK(yaml_failure("- realm\n") ==
        "turnserver.yaml:1: write one \"name: value\" per line\n"
        "    - realm\n"
        "    ^");
}

TEST_CASE("broken YAML is shown where it breaks", "[options]") {
  const std::string message = yaml_failure("realm: a\nuser: [b\n");
  CHECK_THAT(message, Catch::StartsWith("turnserver.yaml:"));
  CHECK_THAT(message, Catch::EndsWith("^"));
}

}  // namespace relay::options
