// Charts as HTML without script: an SVG that stretches to the width it is given (strokes and dots keep their size), and labels
// as text of the page around it, so that they stay readable on a phone. Colours come from the page's style.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/backtest/thinned.hpp"

namespace tally::backtest {

struct Dots {
  std::string style;  // class of the page's style
  std::vector<std::pair<std::int64_t, double>> at;
};

struct Chart {
  std::string title;
  std::string note;  // beneath the title; may be empty
  int height_px = 260;
  std::vector<ThinPoint> line;  // in order of time
  std::string style = "line";   // class of line and area
  bool band = false;            // from lowest to highest behind the line
  bool area_from_zero = false;  // filled between the line and zero; zero is on the axis then
  bool percent = false;         // values are shares
  std::vector<Dots> dots;
  std::int64_t from = 0, until = 0;  // of the axis of time
};

// Empty where the line has fewer than two points.
std::string html_of(const Chart& chart);

// Values at which an axis from low to high has its lines: steps of 1, 2 or 5 times a power of ten, at most `most` of them.
std::vector<double> ticks_of(double low, double high, std::size_t most);

// "1,234,567.5": a comma a thousand.
std::string grouped(double value, int decimals);

// Text as HTML shows it.
std::string escaped(const std::string& text);

}  // namespace tally::backtest
