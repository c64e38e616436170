#include "tools/turn_load/profile.h"

#include <catch2/catch.hpp>

namespace turn_load {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

TEST_CASE("the built-in profiles offer what calls offer", "[turn_load]") {
  CHECK(load_profile("audio")->packets_per_second(10) == Approx(1000));
  const auto video = load_profile("video");
  CHECK(video->packets_per_second(1) == Approx(100 + 300).epsilon(0.001));
  CHECK(load_profile("mixed")->packets_per_second(2) == Approx(200 + 300).epsilon(0.001));
}

TEST_CASE("a rate stretches the intervals", "[turn_load]") {
  const auto scaled = load_profile("video")->at_rate(1000, 10);
  CHECK(scaled.packets_per_second(10) == Approx(1000).epsilon(0.001));
  CHECK(scaled.streams.size() == 2);
}

TEST_CASE("a stream's share is spread over the calls", "[turn_load]") {
  const Stream third{.share = 1.0 / 3};
  int carrying = 0;
  for (std::uint32_t call = 0; call < 300; ++call) carrying += third.is_carried_by(call);
  CHECK(carrying == 100);
  CHECK(third.is_carried_by(2));
  CHECK_FALSE(third.is_carried_by(3));
}

TEST_CASE("a profile is read from YAML", "[turn_load]") {
  const auto profile = parse_profile("p.yaml",
                                     "streams:\n"
                                     "  - {size: 160-200, burst: 1, interval: 20ms}\n"
                                     "  - size: 1200\n"
                                     "    burst: 6\n"
                                     "    interval: 33.5\n"
                                     "    direction: down\n"
                                     "    share: 0.25\n");
  REQUIRE(profile);
  REQUIRE(profile->streams.size() == 2);
  const Stream& second = profile->streams[1];
  CHECK(second.min_size == 1200);
  CHECK(second.max_size == 1200);
  CHECK(second.burst == 6);
  CHECK(second.interval == 33500us);
  CHECK(second.goes(Direction::down));
  CHECK_FALSE(second.goes(Direction::up));
  CHECK(second.share == 0.25);
}

TEST_CASE("a wrong profile is refused with its line", "[turn_load]") {
  const auto error = [](const std::string& yaml) {
    const auto profile = parse_profile("p.yaml", yaml);
    REQUIRE_FALSE(profile.has_value());
    return profile.error();
  };
  CHECK_THAT(error("streams:\n  - {size: 10}\n"),
             Contains("line 2") && Contains("from 24 to 9000"));
  CHECK_THAT(error("streams:\n  - {size: 300-200}\n"), Contains("size"));
  CHECK_THAT(error("streams:\n  - {burst: 65}\n"), Contains("from 1 to 64"));
  CHECK_THAT(error("streams:\n  - {interval: 0}\n"), Contains("interval"));
  CHECK_THAT(error("streams:\n  - {share: 2}\n"), Contains("share"));
  CHECK_THAT(error("streams:\n  - {direction: sideways}\n"), Contains("direction"));
  CHECK_THAT(error("streams:\n  - {sise: 100}\n"), Contains("\"sise\""));
  CHECK_THAT(error("streams: []\n"), Contains("from 1 to 16"));
  CHECK_THAT(error("- 1\n"), Contains("streams"));
  CHECK_THAT(error("streams: [\n"), Contains("line"));
  CHECK_THAT(load_profile("/nowhere.yaml").error(), Contains("/nowhere.yaml"));
}

}  // namespace
}  // namespace turn_load
