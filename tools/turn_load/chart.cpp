#include "tools/turn_load/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace turn_load {
namespace {

constexpr double width = 520, height = 250;
constexpr double left = 62, right = 18, top = 12, bottom = 44;
constexpr int x_ticks = 6, y_ticks = 5;

/// Where the values of one axis lie on the page.
class Axis {
 public:
  Axis(std::vector<double> values, double from, double to, bool logarithmic)
      : values_(std::move(values)), from_(from), to_(to), logarithmic_(logarithmic) {}

  double place(double value) const {
    const double low = scaled(values_.front()), high = scaled(values_.back());
    return from_ + (std::clamp(scaled(value), low, high) - low) / (high - low) * (to_ - from_);
  }
  const std::vector<double>& values() const { return values_; }

 private:
  double scaled(double value) const { return logarithmic_ ? std::log10(value) : value; }

  std::vector<double> values_;
  double from_, to_;
  bool logarithmic_;
};

std::vector<double> decades(double least, double most) {
  const double low = std::floor(std::log10(least)), high = std::ceil(std::log10(most));
  std::vector<double> values;
  for (double power = low; power <= std::max(high, low + 1); ++power) {
    values.push_back(std::pow(10, power));
  }
  return values;
}

struct Extent {
  double least = std::numeric_limits<double>::max();
  double most = std::numeric_limits<double>::lowest();
  void include(double value) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
};

Axis make_x_axis(const Chart& chart) {
  Extent extent;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) extent.include(point.x);
  }
  extent.include(0);
  return {ticks(extent.least, extent.most, x_ticks), left, width - right, false};
}

Axis make_y_axis(const Chart& chart) {
  Extent extent;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) {
      if (!chart.logarithmic || point.y > 0) extent.include(point.y);
    }
  }
  if (chart.logarithmic && extent.most > 0) {
    return {decades(extent.least, extent.most), height - bottom, top, true};
  }
  // A bound far above everything measured would press it into the ground.
  if (chart.bound && *chart.bound < 3 * extent.most) extent.include(*chart.bound);
  extent.include(0);
  return {ticks(0, extent.most > 0 ? extent.most : 1, y_ticks), height - bottom, top, false};
}

std::string number(double value) {
  if (value >= 1e6) return fmt::format("{:g}M", value / 1e6);
  if (value >= 1e4) return fmt::format("{:g}k", value / 1e3);
  return fmt::format("{:g}", value);
}

using Out = std::back_insert_iterator<std::string>;

void draw_axes(Out out, const Chart& chart, const Axis& x, const Axis& y) {
  for (const double value : y.values()) {
    const double at = y.place(value);
    fmt::format_to(out, R"(<line class="grid" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>)", left, at,
                   width - right, at);
    fmt::format_to(out, R"(<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>)",
                   left - 8, at + 4, number(value));
  }
  for (const double value : x.values()) {
    fmt::format_to(out, R"(<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>)",
                   x.place(value), height - bottom + 17, number(value));
  }
  fmt::format_to(out, R"(<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>)", left,
                 height - bottom, width - right, height - bottom);
  fmt::format_to(out, R"(<text class="label" x="{}" y="{}" text-anchor="middle">{}</text>)",
                 (left + width - right) / 2, height - 6, escape_html(chart.x_label));
  const double middle = (top + height - bottom) / 2;
  fmt::format_to(out,
                 R"(<text class="label" x="14" y="{}" text-anchor="middle" )"
                 R"svg(transform="rotate(-90 14 {})">{}</text>)svg",
                 middle, middle, escape_html(chart.y_label));
}

void draw_lines_across(Out out, const Chart& chart, const Axis& x, const Axis& y) {
  const bool bound_is_seen =
      chart.bound && *chart.bound <= y.values().back() && *chart.bound >= y.values().front();
  if (bound_is_seen) {
    const double at = y.place(*chart.bound);
    fmt::format_to(out, R"(<line class="bound" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>)", left,
                   at, width - right, at);
    if (at < height - bottom - 12) {
      fmt::format_to(out, R"(<text class="tick" x="{}" y="{:.1f}">bound</text>)", left + 4, at - 4);
    }
  }
  if (chart.mark_x) {
    const double at = x.place(*chart.mark_x);
    fmt::format_to(out, R"(<line class="mark" x1="{:.1f}" y1="{}" x2="{:.1f}" y2="{}"/>)", at, top,
                   at, height - bottom);
  }
}

void draw_series(Out out, const Series& series, const Axis& x, const Axis& y) {
  std::string path;
  for (const Point& point : series.points) {
    fmt::format_to(std::back_inserter(path), "{:.1f},{:.1f} ", x.place(point.x), y.place(point.y));
  }
  if (!path.empty()) path.pop_back();
  fmt::format_to(out, R"(<polyline class="line {}" points="{}"/>)", series.css_class, path);
  for (const Point& point : series.points) {
    fmt::format_to(out,
                   R"(<circle class="dot {}" cx="{:.1f}" cy="{:.1f}" r="3">)"
                   R"(<title>{}: {:.4g} at {:g}</title></circle>)",
                   series.css_class, x.place(point.x), y.place(point.y), escape_html(series.name),
                   point.y, point.x);
  }
}

void draw_legend(Out out, const Chart& chart) {
  fmt::format_to(out, "<figcaption><b>{}</b>", escape_html(chart.title));
  for (const Series& series : chart.series) {
    if (series.points.empty()) continue;
    fmt::format_to(out, R"(<span class="key"><i class="{}"></i>{}</span>)", series.css_class,
                   escape_html(series.name));
  }
  fmt::format_to(out, "</figcaption>\n");
}

}  // namespace

std::vector<double> ticks(double least, double most, int count) {
  const double range = most > least ? most - least : 1;
  const double rough = range / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double factor = rough / power;
  const double step = power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
  const double first = std::floor(least / step + 1e-9), last = std::ceil(most / step - 1e-9);
  std::vector<double> values;
  for (double i = first; i <= std::max(last, first + 1); ++i) values.push_back(i * step);
  return values;
}

std::string to_svg(const Chart& chart) {
  std::string text = "<figure>\n";
  const Out out = std::back_inserter(text);
  draw_legend(out, chart);
  const bool empty =
      std::ranges::all_of(chart.series, [](const Series& series) { return series.points.empty(); });
  if (empty) return text + "<p>Nothing was measured.</p>\n</figure>\n";

  fmt::format_to(out, R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">)", width, height,
                 escape_html(chart.title));
  const Axis x = make_x_axis(chart), y = make_y_axis(chart);
  draw_axes(out, chart, x, y);
  draw_lines_across(out, chart, x, y);
  for (const Series& series : chart.series) draw_series(out, series, x, y);
  return text + "</svg>\n</figure>\n";
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        // Control characters and bytes that are no ASCII may not be UTF-8: a server's own words.
        escaped += letter >= ' ' && letter < 0x7f ? letter : '?';
    }
  }
  return escaped;
}

}  // namespace turn_load
