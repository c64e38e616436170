// The result as JSON: latencies in microseconds, shares as fractions, CPU as CPUs kept busy.
#include <nlohmann/json.hpp>

#include "tools/turn_load/result.h"

namespace turn_load {
namespace {

using nlohmann::ordered_json;

ordered_json number_or_null(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

ordered_json to_json(const DirectionStatistics& direction) {
  const Histogram& latency = direction.latency;
  return {{"sent", direction.sent},
          {"received", direction.received},
          {"loss", direction.loss()},
          {"reordered", direction.reordered},
          {"duplicated", direction.duplicated},
          {"p50_us", latency.quantile(0.5).count()},
          {"p99_us", latency.quantile(0.99).count()},
          {"max_us", latency.maximum().count()}};
}

ordered_json to_json(const StepResult& step) {
  return {{"calls", step.calls},
          {"seconds", step.seconds},
          {"packets_per_second", step.packets_per_second()},
          {"loss", both(step.total).loss()},
          {"up", to_json(step.total[index_of(Direction::up)])},
          {"down", to_json(step.total[index_of(Direction::down)])},
          {"not_sent", step.statistics.not_sent},
          {"dropped_here", step.statistics.dropped_here},
          {"strays", step.statistics.strays},
          {"server_cpu", number_or_null(step.server_cpu)},
          {"own_cpu", step.own_cpu},
          {"busiest_thread", step.statistics.busiest_thread},
          {"verdict", to_string(step.verdict)}};
}

}  // namespace

std::string to_json(const Result& result) {
  ordered_json steps = ordered_json::array();
  for (const StepResult& step : result.steps) steps.push_back(to_json(step));
  ordered_json capacity;
  if (result.capacity) {
    capacity = {{"calls", result.capacity->calls}, {"limited_by", result.capacity->limited_by}};
  }
  const ordered_json document{{"server", result.server.to_string()},
                              {"transport", to_string(result.options.transport)},
                              {"profile", result.options.profile},
                              {"calls_set_up", result.calls_set_up},
                              {"setup_seconds", result.setup_seconds},
                              {"steps", steps},
                              {"capacity", capacity},
                              {"stopped_early", result.stopped_early},
                              {"failure", text_or_null(result.failure)},
                              {"remarks", result.remarks}};
  // A server's words may be in a sentence, and need not be UTF-8.
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace turn_load
