// Scores of short records, and weights that keep every limit.
#include "actors/statistics/weights.hpp"

#include <rapidcheck.h>

#include <cmath>
#include <numeric>

#include "actors/statistics/score.hpp"
#include "tests/catch.hpp"

using namespace tally::statistics;

namespace {

double sum_of(const std::vector<double>& weights) { return std::accumulate(weights.begin(), weights.end(), 0.0); }

std::vector<double> evenly(std::initializer_list<double> scores, const WeightLimits& limits = {0, 1, 1}) {
  std::vector<Candidate> candidates;
  for (const double score : scores) candidates.push_back({score, {}});
  return weights_of(candidates, limits);
}

}  // namespace

TEST_CASE("A score is the Sharpe ratio, less for a short record; its t-statistic grows with the record") {
  const std::vector<double> returns{0.01, 0.03, -0.01, 0.01};  // mean 0.01, deviation sqrt(0.0008 / 3)
  const double daily = 0.01 / std::sqrt(0.0008 / 3);
  CHECK(t_statistic(returns) == Approx(daily * 2));
  CHECK(sharpe_ratio(returns, 252) == Approx(daily * std::sqrt(252)));
  CHECK(shrunk_sharpe(returns, 252, 0) == Approx(daily * std::sqrt(252)));
  CHECK(shrunk_sharpe(returns, 252, 60) == Approx(daily * std::sqrt(252) * 4 / 64));
  const std::vector<double> flat{0, 0, 0};
  CHECK(std::isnan(t_statistic(flat)));
  CHECK(shrunk_sharpe(flat, 252, 60) == 0);
  CHECK(shrunk_sharpe(std::vector<double>{0.01}, 252, 60) == 0);
}

TEST_CASE("Half is shared equally and half by score; scores below zero count as zero") {
  CHECK(evenly({3, 1, 0, -5})[0] == Approx(0.125 + 0.375));
  CHECK(evenly({3, 1, 0, -5})[1] == Approx(0.125 + 0.125));
  CHECK(evenly({3, 1, 0, -5})[2] == Approx(0.125));
  CHECK(evenly({3, 1, 0, -5})[3] == Approx(0.125));
  for (const double weight : evenly({-1, -2, 0, 0})) CHECK(weight == Approx(0.25));
  for (const double weight : evenly({1e308, 1e308, 1e308, 1e308})) CHECK(weight == Approx(0.25));
}

TEST_CASE("What a cap takes goes to the others, and what a floor gives comes from them") {
  const auto capped = evenly({10, 0, 0, 0}, {0, 0.4, 1});
  CHECK(capped[0] == 0.4);
  CHECK(capped[1] == Approx(0.2));
  const auto floored = evenly({1, 1, 1, 0}, {0.2, 0.4, 1});
  CHECK(floored[3] == 0.2);
  CHECK(floored[0] == Approx(0.8 / 3));
}

TEST_CASE("A weight moves by no more than the change allowed, unless a newcomer needs room") {
  const std::vector<Candidate> two{{5, 0.5}, {0, 0.5}};
  const auto moved = weights_of(two, {0.1, 0.9, 0.05});
  CHECK(moved[0] == Approx(0.55));
  CHECK(moved[1] == Approx(0.45));
  const std::vector<Candidate> three{{1, 0.5}, {1, 0.5}, {1, {}}};
  const auto room = weights_of(three, {0.2, 0.9, 0.05});
  CHECK(sum_of(room) == Approx(1));
  CHECK(room[2] == Approx(0.2));
  CHECK(room[0] == Approx(0.4));
}

TEST_CASE("Limits that leave no solution are refused") {
  CHECK_THROWS_AS(weights_of({}, {}), WeightError);
  CHECK_THROWS_AS(evenly({1, 1}, {0.6, 0.9, 1}), WeightError);
  CHECK_THROWS_AS(evenly({1, 1}, {0.1, 0.4, 1}), WeightError);
  CHECK_THROWS_AS(evenly({1, 1}, {0.5, 0.4, 1}), WeightError);
  CHECK_THROWS_AS(evenly({1, 1}, {-0.1, 1, 1}), WeightError);
  CHECK_THROWS_AS(evenly({1, 1}, {0, 1, -1}), WeightError);
  CHECK_THROWS_AS(evenly({1, NAN}), WeightError);
}

TEST_CASE("Over random scores and histories the weights sum to one and keep every cap, floor and clamp") {
  REQUIRE(rc::check("limits hold, round after round", [] {
    const std::size_t count = *rc::gen::inRange<std::size_t>(1, 12);
    const double n = static_cast<double>(count);
    const double floor = *rc::gen::inRange(0, 101) / 100.0 / n;
    const double cap = 1 / n + *rc::gen::inRange(0, 101) / 100.0 * (1 - 1 / n);
    const WeightLimits limits{floor, cap, *rc::gen::inRange(0, 40) / 100.0};
    std::vector<Candidate> candidates(count);
    for (int round = 0; round < 4; ++round) {
      for (Candidate& candidate : candidates) candidate.score = *rc::gen::inRange(-300, 300) / 100.0;
      const auto weights = weights_of(candidates, limits);
      RC_ASSERT(weights.size() == count);
      RC_ASSERT(std::abs(sum_of(weights) - 1) < 1e-9);
      for (std::size_t i = 0; i < count; ++i) {
        RC_ASSERT(weights[i] >= limits.floor && weights[i] <= limits.cap);
        // The weights of before did sum to one, so a change within the clamp always can.
        if (candidates[i].previous) RC_ASSERT(std::abs(weights[i] - *candidates[i].previous) <= limits.change + 1e-9);
        for (std::size_t other = 0; round == 0 && other < count; ++other)
          if (candidates[i].score >= candidates[other].score) RC_ASSERT(weights[i] >= weights[other] - 1e-12);
      }
      for (std::size_t i = 0; i < count; ++i) candidates[i].previous = weights[i];
    }
  }));
  REQUIRE(rc::check("newcomers and leavers: caps and floors hold, and the sum is one", [] {
    const auto previous = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-20, 100));
    RC_PRE(!previous.empty() && previous.size() <= 10);
    std::vector<Candidate> candidates;
    for (const int weight : previous) {
      Candidate candidate{*rc::gen::inRange(-300, 300) / 100.0, {}};
      if (weight >= 0) candidate.previous = weight / 100.0;
      candidates.push_back(candidate);
    }
    const WeightLimits limits{0.02, std::max(0.4, 1.0 / static_cast<double>(candidates.size())), 0.05};
    const auto weights = weights_of(candidates, limits);
    RC_ASSERT(std::abs(sum_of(weights) - 1) < 1e-9);
    for (const double weight : weights) RC_ASSERT(weight >= limits.floor && weight <= limits.cap);
  }));
}
