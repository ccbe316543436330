#include "app/backtest/config_terms.hpp"

#include "app/backtest/figures.hpp"
#include "app/backtest/ranges.hpp"

namespace tally::backtest {
namespace {

void read_statistics(YamlSection& top, Config& config) {
  config.equity_every_ns = std::max<std::int64_t>(config.timeframe_ns, 3'600 * ns_per_s);
  if (top.has("equityEvery")) {
    config.equity_every_ns = read_at(top, "equityEvery", window_of);
    if (config.equity_every_ns < config.timeframe_ns) top.refuse("equityEvery", "must be at least the timeframe");
  }
  if (!top.has("statistics")) return;
  YamlSection section = top.section("statistics");
  EquityTerms& terms = config.statistics;
  if (section.has("zone")) terms.zone = read_at(section, "zone", [](const std::string& text) { return Zone(text); });
  if (section.has("days")) {
    const std::string days = section.value<std::string>("days");
    if (days != "observed" && days != "calendar") section.refuse("days", "'" + days + "' is not one of observed, calendar");
    terms.days = days == "observed" ? statistics::Days::observed : statistics::Days::calendar;
  }
  if (section.has("periodsPerYear")) {
    terms.periods_per_year = static_cast<double>(section.value<std::uint32_t>("periodsPerYear"));
    if (terms.periods_per_year < 1) section.refuse("periodsPerYear", "must be at least 1");
  }
  if (section.has("riskFree")) {
    const Ratio rate = section.value<Ratio>("riskFree");
    if (rate <= -Ratio::whole(1)) section.refuse("riskFree", "must be above -1");
    terms.risk_free = static_cast<double>(rate.units()) / 1e9;
  }
  section.finish();
}

void read_sweep(YamlSection& top, const YAML::Node& root, Config& config) {
  if (!top.has("sweep")) return;
  YamlSection section = top.section("sweep");
  for (const std::string& name : keys_of(root["sweep"]))
    config.sweep.push_back(read_at(section, name, [&](const std::string& text) { return axis_of(name + '=' + text); }));
  section.finish();
}

void read_walk_forward(YamlSection& top, Config& config) {
  if (!top.has("walkForward")) return;
  YamlSection section = top.section("walkForward");
  WalkForward walk;
  walk.train_ns = read_at(section, "train", window_of);
  walk.test_ns = read_at(section, "test", window_of);
  walk.step_ns = section.has("step") ? read_at(section, "step", window_of) : walk.test_ns;
  walk.statistic = read_at(section, "statistic", [](const std::string& text) { return check_statistic(text); });
  section.finish();
  config.walk_forward = walk;
}

}  // namespace

void read_terms(YamlSection& top, const YAML::Node& root, Config& config) {
  read_statistics(top, config);
  read_sweep(top, root, config);
  read_walk_forward(top, config);
}

}  // namespace tally::backtest
