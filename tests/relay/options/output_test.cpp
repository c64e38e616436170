#include "relay/options/output.h"

#include "bench.h"
#include "relay/options/suggest.h"
#include "relay/options/table.h"
#include "settings_text.h"

namespace relay::options {
namespace {

std::string checked_in(const std::string& name) {
  DiskReader disk;
  const auto text = disk.read(TURNBOX_SOURCE_DIR "/conf/" + name);
  REQUIRE(text);
  return *text;
}

/// A shipped file with every setting in effect: `#name` loses its sign, prose has a blank there.
std::string uncommented(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    const bool setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    const bool item = line.starts_with("#  - ");
    if (setting || item) result += line.substr(1) + "\n";
    at = end + 1;
  }
  return result;
}

const std::string secret_path = "/etc/turnserver/secrets";

}  // namespace

TEST_CASE("the files in conf/ are what the table says", "[options]") {
  // To renew one: turnserver --print-reference=yaml > conf/turnserver.yaml, and so on.
  CHECK(checked_in("turnserver.yaml") == yaml_template());
  CHECK(checked_in("turnserver.conf") == conf_template());
  CHECK(checked_in("reference.md") == reference_page());
}

TEST_CASE("the files in conf/ load as they are, and change nothing", "[options]") {
  const std::string defaults = settings_text(Settings());
  const Parsed yaml = from_yaml(checked_in("turnserver.yaml"));
  CHECK(settings_text(yaml.settings) == defaults);
  CHECK(yaml.warnings.empty());
  const Parsed conf = from_conf(checked_in("turnserver.conf"));
  CHECK(settings_text(conf.settings) == defaults);
  CHECK(conf.warnings.empty());
}

TEST_CASE("every key of the files in conf/ loads", "[options]") {
  std::size_t expected = 0;
  for (const Group& group : groups()) {
    for (const Option& option : group.options) {
      const bool current = option.state == State::works || option.state == State::ignored;
      if (current && !option.command_line_only) ++expected;
    }
  }
  const std::string yaml_text = uncommented(checked_in("turnserver.yaml"));
  const std::string conf_text = uncommented(checked_in("turnserver.conf"));
  const Parsed yaml = parsed({}, {{"turnserver.yaml", yaml_text}, {secret_path, "s\n"}});
  const Parsed conf = parsed({}, {{"turnserver.conf", conf_text}, {secret_path, "s\n"}});
  CHECK(settings_text(yaml.settings) == settings_text(conf.settings));
  // One more than the keys: the secrets turn use-auth-secret on.
  CHECK(yaml.given.size() == expected + 1);
  CHECK(conf.given.size() == expected + 1);
}

TEST_CASE("the defaults that are told are the defaults that are", "[options]") {
  std::string text;
  for (const Group& group : groups()) {
    for (const Option& option : group.options) {
      if (option.state != State::works || option.command_line_only) continue;
      if (option.default_value.empty()) continue;
      text += std::string(option.name) + "=" + std::string(option.default_value) + "\n";
    }
  }
  CHECK(settings_text(from_conf(text).settings) == settings_text(Settings()));
}

TEST_CASE("help fits the terminal and names every option", "[options]") {
  for (const std::size_t columns : {40U, 60U, 80U, 120U}) {
    INFO(columns);
    const std::string help = help_text(columns);
    for (std::size_t at = 0; at < help.size();) {
      const std::size_t end = help.find('\n', at);
      const std::string line = help.substr(at, end - at);
      INFO(line);
      // A single long word or the left side may stick out of a very narrow terminal.
      CHECK(line.size() <= std::max<std::size_t>(columns, 70));
      at = end + 1;
    }
    for (const Group& group : groups()) {
      for (const Option& option : group.options) {
        INFO(option.name);
        if (!option.name.empty()) CHECK(help.find(option.name) != std::string::npos);
      }
    }
  }
}

TEST_CASE("help shows letter, value, default and unit", "[options]") {
  const std::string help = help_text(80);
  CHECK_THAT(help,
             Catch::Contains("  -p, --listening-port PORT       Port for UDP and TCP. 0 takes "
                             "any free one.\n"
                             "                                  [default: 3478]\n"));
  CHECK_THAT(help, Catch::Contains("--stale-nonce[=N]"));
  CHECK_THAT(help, Catch::Contains("[default: 600 seconds]"));
  CHECK_THAT(help, Catch::Contains("\nListening:\n"));
}

TEST_CASE("the settings in effect are printed with where they come from", "[options]") {
  const Parsed result = parsed({"-u", "bob:hush", "--print-config", "-K", "yes", "--dh566"},
                               {{"turnserver.conf",
                                 "user=alice:quiet\nlistening-port = 5\n"
                                 "static-auth-secret=deep\nrealm=\"a b\"\n"}});
  const std::string text = answer(result);
  CHECK_THAT(text, Catch::Contains("# Configuration file: turnserver.conf\n"));
  CHECK_THAT(text, Catch::Contains("\nlistening-port: 5  # turnserver.conf:2\n"));
  CHECK_THAT(text, Catch::Contains("\nmin-port: 49152  # default\n"));
  CHECK_THAT(text, Catch::Contains("\nuser:\n  - \"alice:***\"  # turnserver.conf:1\n"
                                   "  - \"bob:***\"  # command line: -u\n"));
  CHECK_THAT(text, Catch::Contains("\nstatic-auth-secret:\n  - \"***\"  # turnserver.conf:3\n"));
  CHECK_THAT(text, Catch::Contains("\nuse-auth-secret: true  # turnserver.conf:3\n"));
  CHECK_THAT(text, Catch::Contains("\nrealm: \"a b\"  # turnserver.conf:4\n"));
  CHECK_THAT(text,
             Catch::Contains("\nallocation-default-address-family: keep  # command line: -K\n"));
  CHECK_THAT(text, Catch::Contains("\n# dh566: without effect  # command line: --dh566\n"));
  for (const char* secret : {"hush", "quiet", "deep"}) {
    CHECK_THAT(text, !Catch::Contains(secret));
  }
}

TEST_CASE("the printed settings, read again, are the same settings", "[options]") {
  // Without secrets: those are hidden.
  const Parsed first = parsed({"-L",
                               "0.0.0.0",
                               "-L",
                               "::1",
                               "-X",
                               "203.0.113.1/10.0.0.1",
                               "-X",
                               "198.51.100.1",
                               "-X",
                               "198.51.100.2",
                               "-V",
                               "-z",
                               "-C",
                               "#",
                               "--no-multicast-peers=0",
                               "-s",
                               "5",
                               "-B",
                               "10",
                               "--denied-peer-ip=10.0.0.0/8",
                               "-A",
                               "keep",
                               "-l",
                               "/tmp/a \"b\"\\c",
                               "--stale-nonce=0",
                               "--new-log-timestamp-format=%T",
                               "--software-attribute",
                               "-r",
                               "null",
                               "-m",
                               "2"});
  const Parsed second = from_yaml(effective_config(first));
  // A pair allows its private address by itself: printed, it is there twice.
  std::string twice = settings_text(second.settings);
  const std::string line = "allowed 10.0.0.1-10.0.0.1\n";
  const std::size_t at = twice.find(line + line);
  REQUIRE(at != std::string::npos);
  twice.erase(at, line.size());
  CHECK(twice == settings_text(first.settings));
  CHECK(second.warnings.empty());
}

TEST_CASE("checking says what would run", "[options]") {
  CHECK(answer(parsed({"-L", "0.0.0.0", "-u", "a:b", "-r", "nort.gov", "--check-config", "-X",
                       "203.0.113.1", "-q", "3"})) ==
        "The configuration is sound; no file was read.\n"
        "  listens on  0.0.0.0, port 3478/udp+tcp, port 5349/tls\n"
        "  relays on   the address that the client came to, ports 49152-65535, told to clients as "
        "203.0.113.1\n"
        "  serves      1 user\n"
        "  realm       nort.gov\n"
        "  limits      3 allocations a user\n"
        "  logs to     stdout\n");
  CHECK_THAT(answer(parsed({"--check-config", "-z"}, {{"turnserver.conf", "no-cli\n"}})),
             Catch::Contains("turnserver.conf included") &&
                 Catch::Contains("everybody, without a password") &&
                 Catch::Contains("warnings    1"));
}

TEST_CASE("the version is printed", "[options]") {
  CHECK(answer(parsed({"--version"})) == "turnbox " TURNBOX_VERSION "\n");
}

TEST_CASE("text is wrapped at blanks", "[options]") {
  CHECK(wrap("a bc def", 4) == Lines{"a bc", "def"});
  CHECK(wrap("abcdefgh i", 4) == Lines{"abcdefgh", "i"});
  CHECK(wrap("", 4).empty());
}

TEST_CASE("a YAML scalar is quoted where it must be", "[options]") {
  CHECK(yaml_scalar("abc/d-e_1.2") == "abc/d-e_1.2");
  CHECK(yaml_scalar("") == "\"\"");
  CHECK(yaml_scalar("a: b") == "\"a: b\"");
  CHECK(yaml_scalar("-x") == "\"-x\"");
  CHECK(yaml_scalar("null") == "\"null\"");
  CHECK(yaml_scalar("a\"b\\\n") == "\"a\\\"b\\\\\\x0a\"");
}

TEST_CASE("edits are counted, swaps of neighbours as one", "[options]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("realm", "relm") == 1);
  CHECK(edit_distance("realm", "raelm") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest name is suggested, and none when none is near", "[options]") {
  CHECK(nearest_option("listen-ip") == "listening-ip");
  CHECK(nearest_option("statc-auth-secret") == "static-auth-secret");
  CHECK(nearest_option("denied-peer-ips") == "denied-peer-ip");
  CHECK(nearest_option("xxxxxxxx").empty());
  CHECK(nearest_option("").empty());
  CHECK(nearest_option(std::string(100'000, 'a')).empty());
}

}  // namespace relay::options
