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

}  // namespace relay::options
