#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tools/turn_load/chart.h"
#include "tools/turn_load/report_html.h"

namespace turn_load {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

/// What is wrong with the markup: a tag that is not closed, or closed by another's. Knows no
/// entities and no comments, as the pages have none of the latter.
std::string fault_in(std::string_view markup) {
  std::vector<std::string_view> open;
  while (true) {
    const auto begin = markup.find('<');
    if (markup.substr(0, begin).find('>') != markup.npos) return "a bare >";
    if (begin == markup.npos)
      return open.empty() ? "" : "never closed: " + std::string(open.back());
    const auto end = markup.find('>', begin);
    if (end == markup.npos) return "a tag without end";
    const std::string_view tag = markup.substr(begin + 1, end - begin - 1);
    const std::string_view name =
        tag.substr(tag.starts_with('/') ? 1 : 0).substr(0, tag.find_first_of(" \n"));
    markup.remove_prefix(end + 1);
    if (tag.starts_with('!') || tag.ends_with('/')) continue;
    if (!tag.starts_with('/')) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return "closed but not open: " + std::string(name);
    } else {
      open.pop_back();
    }
  }
}

StepResult step_of(std::uint32_t calls, std::uint64_t lost) {
  StepResult step{.calls = calls, .seconds = 2, .statistics = StepStatistics(2s)};
  for (const auto second : {0s, 1s}) {
    for (const Direction direction : {Direction::up, Direction::down}) {
      auto& counted = step.statistics.at(direction, second);
      counted.sent = 1000;
      counted.received = 1000 - lost;
      for (std::uint64_t i = 0; i < counted.received; ++i) counted.latency.record(250us);
    }
  }
  step.total = step.statistics.total();
  step.cpu_by_interval = {{.server = 0.25, .own = 0.5}, {.server = 0.75, .own = 0.5}};
  step.server_cpu = 0.5;
  step.own_cpu = 0.5;
  return step;
}

Result result_of(std::vector<StepResult> steps) {
  Result result;
  result.server = *stun::TransportAddress::parse("127.0.0.1:3478");
  result.options.profile = "<b>&\"profile\"";
  result.steps = std::move(steps);
  for (StepResult& step : result.steps) step.verdict = judge(step, result.options);
  return result;
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST_CASE("the checker of the markup finds faults", "[turn_load]") {
  CHECK(fault_in("<a><b/>x</a>").empty());
  CHECK_FALSE(fault_in("<a><b></a></b>").empty());
  CHECK_FALSE(fault_in("<a>").empty());
  CHECK_FALSE(fault_in("</a>").empty());
  CHECK_FALSE(fault_in("1 > 2").empty());
}

TEST_CASE("the report over several loads is well-formed and self-contained", "[turn_load]") {
  Result result = result_of({step_of(10, 0), step_of(20, 0), step_of(40, 100)});
  result.capacity = Capacity{.calls = 20, .limited_by = "with more, the loss exceeds 0.1 %"};
  const std::string html = to_html(result);
  CHECK(fault_in(html).empty());
  CHECK_THAT(html, Contains("&lt;b&gt;&amp;&quot;profile&quot;"));
  CHECK_THAT(html, Contains("Capacity: <b>20 calls</b>"));
  CHECK(count(html, "<svg") == 4);
  CHECK(count(html, "<tr>") == 4);
  CHECK(count(html, "http") == 0);
  // Loss: two lines of three points; latency four, CPU two, arrivals two.
  CHECK(count(html, "<circle") == 3 * (2 + 4 + 2 + 2));
}

TEST_CASE("the report of one load is drawn over time", "[turn_load]") {
  Result result = result_of({step_of(10, 0)});
  const std::string html = to_html(result);
  CHECK(fault_in(html).empty());
  CHECK(count(html, "<circle") == 2 * (2 + 4 + 2 + 2));
  CHECK_THAT(html, Contains(">seconds<") && Contains("--server-pid"));
}

TEST_CASE("a report without a step tells what failed", "[turn_load]") {
  Result result = result_of({});
  result.failure = "nothing listens at 127.0.0.1:3478 over udp";
  const std::string html = to_html(result);
  CHECK(fault_in(html).empty());
  CHECK_THAT(html, Contains("nothing listens"));
}

TEST_CASE("the JSON has the figures, and null where nothing is known", "[turn_load]") {
  Result result = result_of({step_of(40, 100)});
  result.steps[0].server_cpu.reset();
  const auto json = nlohmann::json::parse(to_json(result));
  const auto& step = json.at("steps").at(0);
  CHECK(step.at("calls") == 40);
  CHECK(step.at("packets_per_second") == 2000);
  CHECK(step.at("loss").get<double>() == Approx(0.1));
  CHECK(step.at("up").at("p99_us") == 250);
  CHECK(step.at("server_cpu").is_null());
  CHECK(step.at("verdict") == "too much loss");
  CHECK(json.at("failure").is_null());
}

TEST_CASE("a step is judged by loss, by what this program failed to do, by latency",
          "[turn_load]") {
  Options options;
  CHECK(judge(step_of(1, 1), options) == Verdict::well);  // just 0.1 %
  CHECK(judge(step_of(1, 2), options) == Verdict::lossy);
  StepResult step = step_of(1, 2);
  step.statistics.dropped_here = 8;
  CHECK(judge(step, options) == Verdict::self_limited);
  step = step_of(1, 0);
  step.statistics.not_sent = 100;
  CHECK(judge(step, options) == Verdict::self_limited);
  options.max_p99 = 249us;
  CHECK(judge(step_of(1, 0), options) == Verdict::slow);
}

TEST_CASE("axes have round numbers around what they show", "[turn_load]") {
  CHECK(ticks(0, 100, 5) == std::vector<double>{0, 20, 40, 60, 80, 100});
  CHECK(ticks(0, 0.07, 5).back() >= 0.07);
  CHECK(ticks(0, 0, 5).size() >= 2);
  CHECK(escape_html("a<b>\x01\xff&") == "a&lt;b&gt;??&amp;");
}

}  // namespace
}  // namespace turn_load
