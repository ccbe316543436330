#include "app/backtest/trials.hpp"

#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>

#include "app/exit_code.hpp"

namespace tally::backtest {
namespace {

bool has_parameter(const StrategyChoice& choice, const SweepAxis& axis) {
  if (!axis.strategy.empty() && axis.strategy != choice.source().text()) return false;
  for (const StrategyParameter& parameter : choice.program->definition.parameters)
    if (parameter.name == axis.parameter) return true;
  return false;
}

std::vector<strategy::ProgramPtr> programs_of(const Config& config, const std::vector<SweepAxis>& axes,
                                              const std::vector<ParameterValue>& values) {
  std::vector<strategy::ProgramPtr> programs;
  for (const StrategyChoice& choice : config.strategies) {
    ParameterChoices instead;
    for (std::size_t i = 0; i < axes.size(); ++i)
      if (has_parameter(choice, axes[i])) instead[axes[i].parameter] = values[i];
    programs.push_back(instead.empty() ? choice.program : with_parameters(*choice.program, instead));
  }
  return programs;
}

}  // namespace

Market Market::between(Time from, Time until) const {
  Market part;
  for (const MarketChunk& chunk : chunks) {
    MarketChunk kept;
    for (std::size_t i = 0; i < chunk.bars.size(); ++i) {
      const BarObserved& bar = chunk.bars[i];
      if (bar.opened_at < from || bar.closed_at > until) continue;
      if (part.bars++ == 0) part.first = bar.opened_at;
      part.last = bar.closed_at;
      kept.bars.push_back(bar);
      kept.series.push_back(chunk.series[i]);
    }
    if (!kept.bars.empty()) part.chunks.push_back(std::move(kept));
  }
  return part;
}

Market market_of(const Config& config, std::size_t chunk) {
  MarketFeed feed(config);
  Market market;
  for (MarketChunk next; feed.next(next, chunk); next = {}) {
    if (market.bars == 0) market.first = next.bars.front().opened_at;
    market.bars += next.bars.size();
    market.last = next.bars.back().closed_at;
    if (market.bars > bars_max)
      throw CommandFailed(
          exit_failed, "more than " + std::to_string(bars_max) + " bars: a sweep holds them in memory; narrow from and until");
    market.chunks.push_back(std::move(next));
  }
  if (market.bars == 0) throw CommandFailed(exit_failed, "there is no bar between from and until");
  return market;
}

void check_axes(const Config& config, const std::vector<SweepAxis>& axes) {
  std::size_t trials = 1;
  for (const SweepAxis& axis : axes) {
    bool found = false;
    for (const StrategyChoice& choice : config.strategies) {
      if (!has_parameter(choice, axis)) continue;
      found = true;
      for (const ParameterValue& value : {axis.values.front(), axis.values.back()}) try {
          strategy::bind(choice.program->definition, {{axis.parameter, value}});
        } catch (const strategy::Mistakes& mistakes) {
          throw CommandFailed(exit_usage,
                              "the sweep of " + axis.parameter + ": " + value.text() + " " + mistakes.found.front().text());
        }
    }
    if (!found)
      throw CommandFailed(exit_usage, "the sweep of " + axis.parameter + ": no strategy" +
                                          (axis.strategy.empty() ? "" : " '" + axis.strategy + "'") + " has such a parameter");
    for (const SweepAxis& other : axes)
      if (&other != &axis && other.parameter == axis.parameter && other.strategy == axis.strategy)
        throw CommandFailed(exit_usage, "the sweep of " + axis.parameter + " stands there twice");
    trials = axis.values.size() > trials_max / trials ? trials_max + 1 : trials * axis.values.size();
    if (trials > trials_max)
      throw CommandFailed(exit_usage, "a sweep of more than " + std::to_string(trials_max) + " combinations");
  }
}

std::vector<std::vector<ParameterValue>> combinations_of(const std::vector<SweepAxis>& axes) {
  std::vector<std::vector<ParameterValue>> all{{}};
  for (const SweepAxis& axis : axes) {
    std::vector<std::vector<ParameterValue>> longer;
    for (const auto& before : all)
      for (const ParameterValue& value : axis.values) {
        longer.push_back(before);
        longer.back().push_back(value);
      }
    all = std::move(longer);
  }
  return all;
}

Trial try_out(const Config& config, const std::vector<SweepAxis>& axes, const std::vector<ParameterValue>& values,
              const Market& market, const Market* before, const std::function<bool()>& stop) {
  Trial trial;
  trial.values = values;
  Run::Listeners listeners;
  listeners.stop = stop;
  std::vector<strategy::ProgramPtr> programs;
  try {
    programs = programs_of(config, axes, values);
  } catch (const strategy::Mistakes& mistakes) {  // two parameters that do not go together, such as macd's
    throw CommandFailed(exit_usage, std::string("a combination of the sweep: ") + mistakes.what());
  }
  Run run(config, std::move(programs), "trial", std::move(listeners));
  if (before) run.warm_up(before->chunks);
  for (const MarketChunk& chunk : market.chunks)
    if (trial.complete) trial.complete = run.take(chunk);
  if (!trial.complete) return trial;
  run.finish();
  trial.figures = run.figures();
  trial.fills = run.record().happened().fills;
  trial.fees = run.record().fees().text();
  trial.final_equity = run.record().equity([&](ProductId product) { return run.mark(product); }).text();
  return trial;
}

std::vector<Trial> sweep(const Config& config, const std::vector<SweepAxis>& axes, const Market& market, const Crew& crew) {
  const auto all = combinations_of(axes);
  std::vector<Trial> trials(all.size());
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::size_t done = 0;
  std::exception_ptr failure;
  std::atomic<bool> failed = false;
  const auto stop = [&] { return failed || (crew.stop && crew.stop()); };
  const auto work = [&] {
    for (std::size_t i = next++; i < all.size(); i = next++) {
      trials[i].values = all[i];
      trials[i].complete = false;
      if (stop()) continue;
      try {
        trials[i] = try_out(config, axes, all[i], market, nullptr, stop);
      } catch (...) {
        std::lock_guard lock(mutex);
        if (!failed.exchange(true)) failure = std::current_exception();
        continue;
      }
      std::lock_guard lock(mutex);
      ++done;
      if (crew.done) crew.done(done);
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < std::min(crew.threads, all.size()); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  return trials;
}

std::size_t steps_of(const WalkForward& walk, const Market& market) {
  const std::int64_t room = market.last - market.first - walk.train_ns - walk.test_ns;
  return room < 0 ? 0 : static_cast<std::size_t>(room / walk.step_ns) + 1;
}

std::vector<WalkStep> walk_forward(const Config& config, const std::vector<SweepAxis>& axes, const WalkForward& walk,
                                   const Market& market, const Crew& crew) {
  const std::size_t count = steps_of(walk, market);
  if (count == 0) throw CommandFailed(exit_usage, "the bars are shorter than one train and one test window");
  std::vector<WalkStep> steps;
  std::size_t before = 0;
  for (std::size_t k = 0; k < count && !(crew.stop && crew.stop()); ++k) {
    WalkStep step;
    step.train_from = market.first + static_cast<std::int64_t>(k) * walk.step_ns;
    step.test_from = step.train_from + walk.train_ns;
    step.test_until = step.test_from + walk.test_ns;
    const Market train = market.between(step.train_from, step.test_from),
                 test = market.between(step.test_from, step.test_until);
    Crew counted = crew;
    if (crew.done) counted.done = [&](std::size_t done) { crew.done(before + done); };
    const std::vector<Trial> trials = sweep(config, axes, train, counted);
    before += trials.size();
    const Trial* best = nullptr;
    for (const Trial& trial : trials) {
      const double value = figure_named(trial.figures, walk.statistic);
      if (!trial.complete || std::isnan(value) || (best && value <= step.train)) continue;
      best = &trial;
      step.train = value;
    }
    step.test = std::numeric_limits<double>::quiet_NaN();
    if (!best) step.train = step.test;
    if (best && test.bars > 0) {
      step.values = best->values;
      step.tested = try_out(config, axes, best->values, test, &train, crew.stop);
      step.test = figure_named(step.tested.figures, walk.statistic);
    } else {
      step.tested.complete = false;
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace tally::backtest
