// A line chart as SVG text, for a page whose style sheet has the colours: series by class, text in
// currentColor.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turn_load {

struct Point {
  double x = 0;
  double y = 0;
};

struct Series {
  std::string name;
  std::string css_class;
  std::vector<Point> points;  // by x
};

struct Chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;
  std::optional<double> bound;   // a horizontal line
  std::optional<double> mark_x;  // a vertical one
  bool logarithmic = false;      // the y axis
};

/// One <figure>; with no point at all, a sentence instead of the axes.
std::string to_svg(const Chart& chart);

/// Values 1, 2 or 5 times a power of ten apart, about `count` of them, from at or below `least` to
/// at or above `most`.
std::vector<double> ticks(double least, double most, int count);

std::string escape_html(std::string_view text);

}  // namespace turn_load
