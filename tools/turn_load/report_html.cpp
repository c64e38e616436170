#include "tools/turn_load/report_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tools/turn_load/chart.h"

namespace turn_load {
namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --page: #fff; --card: #f6f7f9; --ink: #1d2330; --soft: #667085;
  --grid: #e3e6eb; --up: #2563c9; --down: #c2570c; --self: #7a5bbf; --bad: #c0282d; }
@media (prefers-color-scheme: dark) { :root { --page: #14171d; --card: #1c2129; --ink: #e6e9ef;
  --soft: #98a2b3; --grid: #2d343f; --up: #6ea8ff; --down: #ffa057; --self: #b79cf5;
  --bad: #ff7b7b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 28px 20px 48px; max-width: 1040px; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 22px; } p { margin: 4px 0; } .soft { color: var(--soft); }
.bad { color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px;
  margin: 20px 0; }
.tile, figure { background: var(--card); border-radius: 10px; padding: 14px 16px; margin: 0; }
.tile b { display: block; font-size: 24px; line-height: 1.2; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 12px; }
@media (max-width: 520px) { .charts { grid-template-columns: 1fr; } }
figcaption { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-bottom: 8px; }
.key { color: var(--soft); font-size: 13px; white-space: nowrap; }
.key i { display: inline-block; width: 18px; margin-right: 5px; vertical-align: 4px;
  border-top: 2px solid currentColor; }
svg { display: block; width: 100%; height: auto; }
.grid { stroke: var(--grid); } .axis { stroke: var(--soft); }
.tick { fill: var(--soft); font-size: 12px; } .label { fill: var(--soft); font-size: 12.5px; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; } .dot { stroke: none; }
.bound { stroke: var(--bad); stroke-dasharray: 6 4; }
.mark { stroke: var(--soft); stroke-dasharray: 2 4; }
.up { stroke: var(--up); color: var(--up); }
.down { stroke: var(--down); color: var(--down); }
.self { stroke: var(--self); color: var(--self); }
.dot.up { fill: var(--up); } .dot.down { fill: var(--down); } .dot.self { fill: var(--self); }
.half { stroke-dasharray: 5 4; opacity: .75; } .key i.half { border-top-style: dashed; }
.scroll { overflow-x: auto; margin-top: 16px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
table { font-size: 14px; } th, td { padding: 6px 8px; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--grid); }
th { color: var(--soft); font-weight: 500; font-size: 13px; }
td:last-child, th:last-child { text-align: left; }
)";

using Out = std::back_insert_iterator<std::string>;

double milliseconds(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1000;
}

/// What the charts are drawn over: each step by its load, or each interval of the only load by
/// time.
struct Column {
  double x = 0;
  double seconds = 0;
  const Interval* counted = nullptr;
  CpuWatch::Share cpu;
};

struct Columns {
  std::string label;
  std::vector<Column> columns;
};

bool has_several_loads(const Result& result) {
  return std::ranges::any_of(result.steps, [&](const StepResult& step) {
    return step.calls != result.steps.front().calls;
  });
}

Columns by_load(const Result& result) {
  Columns all{.label = "calls", .columns = {}};
  for (const StepResult& step : result.steps) {
    const auto calls = static_cast<double>(step.calls);
    // Of a step that was repeated the last counts.
    std::erase_if(all.columns, [&](const Column& column) { return column.x == calls; });
    all.columns.push_back({.x = calls,
                           .seconds = step.seconds,
                           .counted = &step.total,
                           .cpu = {.server = step.server_cpu, .own = step.own_cpu}});
  }
  std::ranges::sort(all.columns, {}, &Column::x);
  return all;
}

Columns by_time(const StepResult& step) {
  Columns all{.label = "seconds", .columns = {}};
  const double length = std::chrono::duration<double>(step.statistics.interval_length).count();
  for (std::size_t i = 0; i < step.cpu_by_interval.size(); ++i) {
    if (i >= step.statistics.intervals.size()) break;
    const double begun = static_cast<double>(i) * length;
    const double end = std::min(begun + length, step.seconds);
    all.columns.push_back({.x = end,
                           .seconds = end - begun,
                           .counted = &step.statistics.intervals[i],
                           .cpu = step.cpu_by_interval[i]});
  }
  return all;
}

/// One series: what `value` finds in each column, where it finds something.
template <typename Value>
Series series_of(const Columns& columns, std::string name, std::string css_class, Value value) {
  Series series{.name = std::move(name), .css_class = std::move(css_class), .points = {}};
  for (const Column& column : columns.columns) {
    if (const std::optional<double> y = value(column)) series.points.push_back({column.x, *y});
  }
  return series;
}

Chart loss_chart(const Columns& columns) {
  const auto loss = [](Direction direction) {
    return [direction](const Column& column) -> std::optional<double> {
      return (*column.counted)[index_of(direction)].loss() * 100;
    };
  };
  return {.title = "Loss",
          .x_label = columns.label,
          .y_label = "% of the packets",
          .series = {series_of(columns, "client to peer", "up", loss(Direction::up)),
                     series_of(columns, "peer to client", "down", loss(Direction::down))}};
}

Chart latency_chart(const Columns& columns) {
  const auto latency = [](Direction direction, double fraction) {
    return [=](const Column& column) -> std::optional<double> {
      const Histogram& histogram = (*column.counted)[index_of(direction)].latency;
      if (histogram.count() == 0) return std::nullopt;
      // A logarithm has no place for zero; the clock of the histogram ticks in microseconds.
      return std::max(0.001, milliseconds(histogram.quantile(fraction)));
    };
  };
  using enum Direction;
  return {.title = "Latency",
          .x_label = columns.label,
          .y_label = "milliseconds",
          .series = {series_of(columns, "up p99", "up", latency(up, 0.99)),
                     series_of(columns, "up p50", "up half", latency(up, 0.5)),
                     series_of(columns, "down p99", "down", latency(down, 0.99)),
                     series_of(columns, "down p50", "down half", latency(down, 0.5))},
          .logarithmic = true};
}

Chart cpu_chart(const Columns& columns) {
  const auto server = [](const Column& column) -> std::optional<double> {
    if (!column.cpu.server) return std::nullopt;
    return *column.cpu.server * 100;
  };
  const auto self = [](const Column& column) -> std::optional<double> {
    return column.cpu.own * 100;
  };
  return {.title = "CPU",
          .x_label = columns.label,
          .y_label = "% of one core",
          .series = {series_of(columns, "server", "up", server),
                     series_of(columns, "turn_load", "self", self)}};
}

Chart rate_chart(const Columns& columns) {
  const auto rate = [](Direction direction) {
    return [direction](const Column& column) -> std::optional<double> {
      if (column.seconds <= 0) return std::nullopt;
      const auto received = (*column.counted)[index_of(direction)].received;
      return static_cast<double>(received) / column.seconds;
    };
  };
  return {.title = "Packets that arrived",
          .x_label = columns.label,
          .y_label = "packets per second",
          .series = {series_of(columns, "client to peer", "up", rate(Direction::up)),
                     series_of(columns, "peer to client", "down", rate(Direction::down))}};
}

void write_charts(Out out, const Result& result) {
  const bool several = has_several_loads(result);
  const Columns columns = several ? by_load(result) : by_time(result.steps.back());
  std::vector<Chart> charts{loss_chart(columns), latency_chart(columns), cpu_chart(columns),
                            rate_chart(columns)};
  if (result.capacity) {
    charts[0].bound = result.options.max_loss * 100;
    charts[1].bound = milliseconds(result.options.max_p99);
    for (Chart& chart : charts) {
      if (several) chart.mark_x = static_cast<double>(result.capacity->calls);
    }
  }
  fmt::format_to(out, "<div class=\"charts\">\n");
  for (const Chart& chart : charts) fmt::format_to(out, "{}", to_svg(chart));
  fmt::format_to(out, "</div>\n");
  if (result.options.server_pids.empty()) {
    fmt::format_to(out,
                   "<p class=\"soft\">The server's CPU is not known: --server-pid names its "
                   "processes when they run on the same host.</p>\n");
  }
}

void write_tile(Out out, std::string_view value, std::string_view what) {
  fmt::format_to(out, "<div class=\"tile\"><b>{}</b><span class=\"soft\">{}</span></div>\n",
                 escape_html(value), escape_html(what));
}

/// The figures of the best step: the largest that went well, else the last.
void write_tiles(Out out, const Result& result) {
  const StepResult* best = nullptr;
  for (const StepResult& step : result.steps) {
    if (step.verdict != Verdict::well) continue;
    if (best == nullptr || step.calls >= best->calls) best = &step;
  }
  if (best == nullptr) best = &result.steps.back();
  fmt::format_to(out, "<div class=\"tiles\">\n");
  write_tile(out, fmt::format("{}", result.capacity ? result.capacity->calls : best->calls),
             result.capacity ? "calls at most within the bounds" : "calls");
  write_tile(out, fmt::format("{:.0f}", best->packets_per_second()), "packets per second");
  write_tile(out, fmt::format("{:.3f} %", both(best->total).loss() * 100), "lost");
  write_tile(out, fmt::format("{:.2f} ms", milliseconds(best->worst_p99())), "latency, p99");
  if (best->server_cpu) {
    write_tile(out, fmt::format("{:.0f} %", *best->server_cpu * 100), "of a core: the server");
  }
  fmt::format_to(out, "</div>\n");
}

void write_row(Out out, const StepResult& step) {
  const auto& up = step.total[index_of(Direction::up)];
  const auto& down = step.total[index_of(Direction::down)];
  const auto latency = [](const DirectionStatistics& direction) {
    return fmt::format("{:.2f} / {:.2f}", milliseconds(direction.latency.quantile(0.5)),
                       milliseconds(direction.latency.quantile(0.99)));
  };
  fmt::format_to(out,
                 "<tr><td>{}</td><td>{:.0f}</td><td>{:.3f} / {:.3f}</td><td>{} / {}</td><td>{}</td>"
                 "<td>{}</td><td>{}</td><td>{:.0f} %</td><td{}>{}</td></tr>\n",
                 step.calls, step.packets_per_second(), up.loss() * 100, down.loss() * 100,
                 up.reordered, down.reordered, latency(up), latency(down),
                 step.server_cpu ? fmt::format("{:.0f} %", *step.server_cpu * 100) : "not known",
                 step.own_cpu * 100, step.verdict == Verdict::well ? "" : " class=\"bad\"",
                 to_string(step.verdict));
}

void write_table(Out out, const Result& result) {
  fmt::format_to(out,
                 "<div class=\"scroll\"><table>\n<thead><tr><th>calls</th><th>packets/s</th>"
                 "<th>loss up / down, %</th><th>reordered</th><th>up p50 / p99, ms</th>"
                 "<th>down p50 / p99, ms</th><th>server CPU</th><th>turn_load CPU</th>"
                 "<th>verdict</th></tr></thead>\n<tbody>\n");
  for (const StepResult& step : result.steps) write_row(out, step);
  fmt::format_to(out, "</tbody>\n</table></div>\n");
}

void write_heading(Out out, const Result& result) {
  const std::string server = escape_html(result.server.to_string());
  fmt::format_to(out, "<h1>TURN load on {}</h1>\n", server);
  fmt::format_to(out,
                 "<p class=\"soft\">{} calls over {}, profile {}, steps of {} s. {} calls set "
                 "up in {:.2f} s.</p>\n",
                 result.options.find_capacity ? "Search for the most" : "Fixed numbers of",
                 to_string(result.options.transport), escape_html(result.options.profile),
                 result.options.seconds.count(), result.calls_set_up, result.setup_seconds);
  if (result.capacity) {
    fmt::format_to(out, "<p>Capacity: <b>{} calls</b>: {}.</p>\n", result.capacity->calls,
                   escape_html(result.capacity->limited_by));
  }
  if (!result.failure.empty()) {
    fmt::format_to(out, "<p class=\"bad\">Ended by a failure: {}.</p>\n",
                   escape_html(result.failure));
  }
  if (result.stopped_early) fmt::format_to(out, "<p class=\"bad\">Stopped early.</p>\n");
  for (const std::string& remark : result.remarks) {
    fmt::format_to(out, "<p class=\"bad\">{}</p>\n", escape_html(remark));
  }
}

}  // namespace

std::string to_html(const Result& result) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n";
  const Out out = std::back_inserter(text);
  fmt::format_to(out, "<title>TURN load on {}</title>\n<style>{}</style>\n</head>\n<body>\n",
                 escape_html(result.server.to_string()), style);
  write_heading(out, result);
  if (!result.steps.empty()) {
    write_tiles(out, result);
    write_charts(out, result);
    write_table(out, result);
  }
  return text + "</body>\n</html>\n";
}

}  // namespace turn_load
