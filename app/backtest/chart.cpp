#include "app/backtest/chart.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "app/time_text.hpp"

namespace tally::backtest {
namespace {

constexpr double side = 1000;  // of the drawing, in its own units

struct Scale {
  double low = 0, high = 1;
  std::int64_t from = 0, until = 1;

  double x(std::int64_t at) const { return side * static_cast<double>(at - from) / static_cast<double>(until - from); }
  double y(double value) const { return side * (high - value) / (high - low); }
};

void put(std::string& out, const char* format, double a) {
  char text[48];
  out.append(text, static_cast<std::size_t>(std::snprintf(text, sizeof text, format, a)));
}
void put_point(std::string& out, double x, double y) {
  put(out, "%.1f,", x);
  put(out, "%.1f ", y);
}

Scale scale_of(const Chart& chart) {
  Scale scale{chart.line.front().low, chart.line.front().high, chart.from, std::max(chart.until, chart.from + 1)};
  for (const ThinPoint& point : chart.line) {
    scale.low = std::min(scale.low, chart.band ? point.low : std::min(point.low, point.last));
    scale.high = std::max(scale.high, point.high);
  }
  for (const Dots& dots : chart.dots)
    for (const auto& [at, value] : dots.at) {
      scale.low = std::min(scale.low, value);
      scale.high = std::max(scale.high, value);
    }
  if (chart.area_from_zero) scale.high = std::max(scale.high, 0.0);
  const double room = scale.high > scale.low ? (scale.high - scale.low) * 0.05 : std::max(1e-9, std::abs(scale.high) * 0.01);
  scale.low -= room;
  scale.high += chart.area_from_zero && scale.high == 0 ? 0 : room;
  return scale;
}

std::string path_of(const Chart& chart, const Scale& scale) {
  std::string points;
  for (const ThinPoint& point : chart.line) put_point(points, scale.x(point.at), scale.y(point.last));
  return points;
}

std::string band_of(const Chart& chart, const Scale& scale) {
  std::string points;
  for (const ThinPoint& point : chart.line) put_point(points, scale.x(point.at), scale.y(point.high));
  for (auto point = chart.line.rbegin(); point != chart.line.rend(); ++point)
    put_point(points, scale.x(point->at), scale.y(point->low));
  return points;
}

std::string dots_of(const Dots& dots, const Scale& scale) {
  std::string path;
  for (const auto& [at, value] : dots.at) {
    path += 'M';
    put_point(path, scale.x(at), scale.y(value));
    path += "h0";
  }
  return "<path class=\"dot " + dots.style + "\" d=\"" + path + "\"/>";
}

std::string drawing(const Chart& chart, const Scale& scale, const std::vector<double>& ticks) {
  std::string svg =
      "<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" + escaped(chart.title) + "\">";
  for (const double tick : ticks) {
    svg += "<path class=\"grid\" d=\"M0,";
    put(svg, "%.1f", scale.y(tick));
    svg += "h1000\"/>";
  }
  const std::string points = path_of(chart, scale);
  const double floor = chart.area_from_zero ? scale.y(0) : side;
  if (chart.band) {
    svg += "<polygon class=\"area " + chart.style + "\" points=\"" + band_of(chart, scale) + "\"/>";
  } else {
    svg += "<polygon class=\"area " + chart.style + "\" points=\"";
    put_point(svg, scale.x(chart.line.front().at), floor);
    svg += points;
    put_point(svg, scale.x(chart.line.back().at), floor);
    svg += "\"/>";
  }
  svg += "<polyline class=\"" + chart.style + "\" points=\"" + points + "\"/>";
  for (const Dots& dots : chart.dots) svg += dots_of(dots, scale);
  return svg + "</svg>";
}

std::string label(const char* style, const char* where, double percent, const std::string& text) {
  std::string html = std::string("<span class=\"") + style + "\" style=\"" + where + ':';
  put(html, "%.2f", percent);
  return html + "%\">" + text + "</span>";
}

// Decimals that tell neighbouring ticks apart.
int decimals_of(const std::vector<double>& ticks) {
  if (ticks.size() < 2) return 2;
  const double step = ticks[1] - ticks[0];
  return step >= 1 ? 0 : std::min(8, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
}

std::string time_labels(const Scale& scale) {
  static constexpr std::array<std::int64_t, 13> steps_s = {60,     300,     900,     3'600,     10'800,    21'600,    43'200,
                                                           86'400, 172'800, 604'800, 2'592'000, 7'776'000, 31'536'000};
  std::int64_t step = steps_s.back() * ns_per_s;
  while ((scale.until - scale.from) / step > 5) step *= 2;
  for (const std::int64_t seconds : steps_s)
    if ((scale.until - scale.from) / (seconds * ns_per_s) <= 4) {
      step = seconds * ns_per_s;
      break;
    }
  std::string html;
  for (std::int64_t at = scale.from + step - (scale.from % step + step) % step; at < scale.until; at += step) {
    const double percent = scale.x(at) / 10;
    if (percent < 4 || percent > 96) continue;
    const std::string iso = iso_time({at});  // 2024-01-02T03:04:05Z
    html +=
        label("x", "left", percent, step >= 86'400 * ns_per_s ? iso.substr(0, 10) : iso.substr(5, 5) + ' ' + iso.substr(11, 5));
  }
  return html;
}

}  // namespace

std::vector<double> ticks_of(double low, double high, std::size_t most) {
  std::vector<double> ticks;
  if (!(high > low) || most == 0) return ticks;
  const double rough = (high - low) / static_cast<double>(most);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough) {
      step = factor * power;
      break;
    }
  for (double tick = std::ceil(low / step); tick * step <= high && ticks.size() < most + 1; ++tick)
    ticks.push_back(tick * step);
  return ticks;
}

std::string grouped(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  std::string number = text;
  std::size_t end = number.find('.');
  if (end == std::string::npos) end = number.size();
  const std::size_t begin = number.front() == '-' ? 1 : 0;
  for (std::size_t at = end; at > begin + 3;) number.insert(at -= 3, ",");
  return number;
}

std::string escaped(const std::string& text) {
  std::string html;
  for (const char c : text) {
    if (c == '&') html += "&amp;";
    else if (c == '<') html += "&lt;";
    else if (c == '>') html += "&gt;";
    else if (c == '"') html += "&quot;";
    else html += c;
  }
  return html;
}

std::string html_of(const Chart& chart) {
  if (chart.line.size() < 2) return {};
  const Scale scale = scale_of(chart);
  const std::vector<double> ticks = ticks_of(scale.low, scale.high, chart.height_px < 200 ? 3 : 5);
  const int decimals = decimals_of(ticks);
  std::string html = "<figure><figcaption><b>" + escaped(chart.title) + "</b>";
  if (!chart.note.empty()) html += "<span>" + chart.note + "</span>";
  html += "</figcaption><div class=\"plot\" style=\"height:" + std::to_string(chart.height_px) + "px\">" +
          drawing(chart, scale, ticks);
  for (const double tick : ticks) {
    const double percent = scale.y(tick) / 10;
    if (percent < 2 || percent > 99) continue;
    html += label("y", "top", percent,
                  chart.percent ? grouped(tick * 100, std::max(0, decimals - 2)) + " %" : grouped(tick, decimals));
  }
  return html + "</div><div class=\"xs\">" + time_labels(scale) + "</div></figure>";
}

}  // namespace tally::backtest
