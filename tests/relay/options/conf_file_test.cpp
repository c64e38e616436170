#include "bench.h"

namespace relay::options {

TEST_CASE("a name ends at a blank or an equals sign", "[options]") {
  CHECK(from_conf("realm=a\n").settings.realm == "a");
  CHECK(from_conf("realm a").settings.realm == "a");
  CHECK(from_conf("realm\ta").settings.realm == "a");
  CHECK(from_conf("  \t realm = a  \t\n").settings.realm == "a");
  CHECK(from_conf("realm=a\r\nlistening-port=5\r\n").settings.listening_port == 5);
  CHECK(from_conf("\xEF\xBB\xBFrealm=a\n").settings.realm == "a");
}

TEST_CASE("a value keeps what is within it", "[options]") {
  CHECK(from_conf("realm=a b=c\n").settings.realm == "a b=c");
  CHECK(from_conf("realm=\"a b \"\n").settings.realm == "a b ");
  CHECK(from_conf("realm=\"a\n").settings.realm == "\"a");
  CHECK(from_conf("user=a:pa:ss#word\n").settings.users[0].password == "pa:ss#word");
}

TEST_CASE("a comment has a line of its own", "[options]") {
  CHECK(from_conf("# realm=a\n   #realm=b\n\n").settings.realm.empty());
  const Parsed trailing = from_conf("realm=a # mine\n");
  CHECK(trailing.settings.realm == "a # mine");
  CHECK(trailing.warnings == Lines{"turnserver.conf:1: realm: what follows # is part of the value "
                                   "here; a comment needs a line of its own"});
  CHECK(from_conf("realm=\"a # mine\"\n").warnings.empty());
}

TEST_CASE("a number is read up to a comment or semicolon, as coturn does, with a warning",
          "[options]") {
  const Parsed comment = from_conf("max-bps=3000000   # 3 MB\n");
  CHECK(comment.settings.turn.max_bps == 3'000'000);
  CHECK(comment.warnings.size() == 1);
  const Parsed semicolon = from_conf("user-quota=12;\n");
  CHECK(semicolon.settings.user_quota == 12);
  CHECK(semicolon.warnings ==
        Lines{"turnserver.conf:1: user-quota: the ; at the end of the line is part of the value"});
  CHECK(conf_failure("user-quota=12x\n") ==
        "turnserver.conf:1: user-quota: \"12x\" is not a whole number; write one from 0 to "
        "4294967295\n"
        "    user-quota=12x\n"
        "                 ^");
}

TEST_CASE("booleans are coturn's", "[options]") {
  for (const char* text : {"verbose", "verbose=", "verbose=1", "verbose=9", "verbose=yes",
                           "verbose=True", "verbose=on", "verbose ON", "verbose=\"true\""}) {
    INFO(text);
    CHECK(from_conf(text).settings.log.level == LogLevel::info);
  }
  for (const char* text : {"verbose=0", "verbose=no", "verbose=N", "verbose=false", "verbose=off",
                           "verbose F", "verbose=OFF"}) {
    INFO(text);
    CHECK(from_conf(text).settings.log.level == LogLevel::warning);
  }
  CHECK(conf_failure("verbose = o\n") ==
        "turnserver.conf:1: verbose: \"o\" is neither true nor false; write true or false\n"
        "    verbose = o\n"
        "              ^");
}

TEST_CASE("an unknown name is warned of and skipped", "[options]") {
  const Parsed result = from_conf("listening-prot=5\nrealm=a\nfrobnicate-all\n--realm=b\na\n");
  CHECK(result.settings.realm == "a");
  CHECK(result.settings.listening_port == 3478);
  CHECK(result.warnings ==
        Lines{"turnserver.conf:1: listening-prot: unknown option, ignored; did you mean "
              "\"listening-port\"?",
              "turnserver.conf:3: frobnicate-all: unknown option, ignored",
              "turnserver.conf:4: --realm: unknown option, ignored; did you mean \"realm\"?",
              "turnserver.conf:5: a: unknown option, ignored; did you mean \"lt-cred-mech\"?"});
}

TEST_CASE("a mistake is shown with its line and a caret", "[options]") {
  CHECK(conf_failure("# ports\n  listening-port = 34x78\n") ==
        "turnserver.conf:2: listening-port: \"34x78\" is not a port; write a number from 0 to "
        "65535\n"
        "      listening-port = 34x78\n"
        "                         ^");
  CHECK(conf_failure("listening-ip\t\"1.2.3.4z\"\n") ==
        "turnserver.conf:1: listening-ip: \"1.2.3.4z\" is not an IP address; write one such as "
        "192.0.2.1 or 2001:db8::1\n"
        "    listening-ip\t\"1.2.3.4z\"\n"
        "                \t        ^");
  CHECK(conf_failure("realm\n") ==
        "turnserver.conf:1: realm: a value is missing; write REALM\n"
        "    realm\n"
        "         ^");
  CHECK(conf_failure("denied-peer-ip=10.0.0.0-10.0.0.x\n") ==
        "turnserver.conf:1: denied-peer-ip: \"10.0.0.0-10.0.0.x\" does not end with an IP "
        "address.\n"
        "    denied-peer-ip=10.0.0.0-10.0.0.x\n"
        "                            ^");
  CHECK(conf_failure("user=alice\n") ==
        "turnserver.conf:1: user: the password is missing; write NAME:PASSWORD or NAME:0xKEY\n"
        "    user=***\n"
        "         ^");
}

TEST_CASE("the caret stands under the byte, whatever stands before it", "[options]") {
  CHECK(with_caret("abc", 1) == "\n    abc\n     ^");
  CHECK(with_caret("\ta", 1) == "\n    \ta\n    \t^");
  CHECK(with_caret("h\xC3\xA9llo", 3) == "\n    h\xC3\xA9llo\n      ^");
  CHECK(with_caret("", 7) == "\n    \n    ^");
}

TEST_CASE("a line of 1024 characters is read, a longer one refused", "[options]") {
  const std::string name = "realm=";
  const std::string longest(1024 - name.size(), 'x');
  CHECK(from_conf(name + longest + "\n").settings.realm == longest);
  CHECK(conf_failure("\n" + name + longest + "x\n") ==
        "turnserver.conf:2: the line is longer than 1024 characters");
}

TEST_CASE("what only the command line can say is ignored in a file", "[options]") {
  const Parsed result = from_conf("check-config\nversion\n");
  CHECK(result.action == Action::run);
  CHECK(result.warnings ==
        Lines{"turnserver.conf:1: check-config: has a meaning on the command line only, ignored",
              "turnserver.conf:2: version: has a meaning on the command line only, ignored"});
}

}  // namespace relay::options
