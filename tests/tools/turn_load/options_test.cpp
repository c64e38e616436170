#include "tools/turn_load/options.h"

#include <catch2/catch.hpp>

#include "tools/turn_load/option_table.h"

namespace turn_load {
namespace {

using Arguments = std::vector<std::string_view>;
using Catch::Matchers::Contains;

std::expected<Options, std::string> parse(Arguments more) {
  Arguments arguments{"--server", "127.0.0.1", "--user", "u", "--password=p"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return parse_options(arguments);
}

std::string error(Arguments more) {
  const auto options = parse(std::move(more));
  REQUIRE_FALSE(options.has_value());
  return options.error();
}

TEST_CASE("options have defaults that make a run", "[turn_load]") {
  const auto options = parse({});
  REQUIRE(options);
  CHECK(options->server == "127.0.0.1");
  CHECK(options->password == "p");
  CHECK(options->port == 3478);
  CHECK(options->transport == Transport::udp);
  CHECK(options->profile == "audio");
  CHECK(options->calls == std::vector<std::uint32_t>{10});
  CHECK(options->seconds == std::chrono::seconds(10));
  CHECK(options->max_loss == Approx(0.001));
  CHECK_FALSE(options->i_own_this_server);
}

TEST_CASE("options are read with a space or an equals sign, lists with commas", "[turn_load]") {
  const auto options =
      parse({"--calls=10,200", "--transport", "tls", "--bind-ip", "127.0.0.2,127.0.0.3",
             "--server-pid", "12,13", "--server-pid=14", "--max-loss", "0.5", "--max-p99=7.5"});
  REQUIRE(options);
  CHECK(options->calls == std::vector<std::uint32_t>{10, 200});
  CHECK(options->port == 5349);
  CHECK(options->bind_ips.size() == 2);
  CHECK(options->server_pids == std::vector<pid_t>{12, 13, 14});
  CHECK(options->max_loss == Approx(0.005));
  CHECK(options->max_p99 == std::chrono::microseconds(7500));
}

TEST_CASE("what cannot be is refused with a sentence", "[turn_load]") {
  CHECK_THAT(error({"--cals", "3"}), Contains("did you mean --calls?"));
  CHECK_THAT(error({"--nonsense-at-all"}), Contains("--help"));
  CHECK_THAT(error({"-x"}), Contains("two dashes"));
  CHECK_THAT(error({"--calls"}), Contains("needs a value"));
  CHECK_THAT(error({"--json=yes"}), Contains("takes no value"));
  CHECK_THAT(error({"--calls", "100001"}), Contains("from 1 to 100000"));
  CHECK_THAT(error({"--calls", "10,x"}), Contains("--calls 10,x"));
  CHECK_THAT(error({"--seconds", "3601"}), Contains("from 1 to 3600"));
  CHECK_THAT(error({"--rate", "nan"}), Contains("--rate nan"));
  CHECK_THAT(error({"--transport", "dtls"}), Contains("udp, tcp or tls"));
  CHECK_THAT(error({"--peer-ip", "localhost"}), Contains("an IP address"));
  CHECK_THAT(error({"--insecure"}), Contains("--transport tls"));
  CHECK_THAT(error({"--find-capacity", "--rate", "100"}), Contains("--rate"));
  CHECK_THAT(error({"--find-capacity", "--calls", "1,2"}), Contains("one number"));
  CHECK_THAT(parse_options({}).error(), Contains("--server"));
}

TEST_CASE("the help names every option", "[turn_load]") {
  const std::string help = help_text();
  for (const Option& option : option_table()) CHECK_THAT(help, Contains(std::string(option.name)));
}

}  // namespace
}  // namespace turn_load
