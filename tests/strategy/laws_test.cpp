// The laws at the head of actors/strategy/strategy.hpp, over random bars and strategies.
#include <rapidcheck.h>

#include <cmath>
#include <variant>

#include "tests/catch.hpp"
#include "tests/strategy/stage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

// Something of everything that has state: indicators, coarser bars, crossings, history, a limit, another role.
StrategyDefinition busy() {
  StrategyDefinition definition;
  definition.strategy = SignalSourceId("busy");
  definition.roles = {"main", "leader"};
  definition.anchor = "1m";
  definition.timeframes = {"3m", "15m"};
  definition.parameters = {{"n", ParameterValue::whole(3), ParameterValue::whole(2), ParameterValue::whole(9)}};
  definition.indicators = {{"fast", "ema(close, $n)"}, {"bands", "bb(4,1)@3m"}, {"trend", "sma(high, 2)@15m"}, {"theirs", "leader.rsi(3)"}};
  definition.rules = {
      {"main", "crosses_above(fast, close[2])", "crosses_below(fast, bands.middle[1])", "close@3m > trend", "theirs > 95", "abs(fast - close) / close + 0.001",
       "fast", "theirs / 100"},
      {"leader", "close > close[1] and sma(2) > sma(4)", "crosses_below(close, donchian(3).lower[1])", "", "", "", "", ""},
  };
  definition.rate_limit = {3, 10 * minute};
  return definition;
}

// Of both roles in order of time; here and there one is missing, late, or without a price. Made of one seed, so that it is as wild in
// rapidcheck's first tries as in its last.
std::vector<AnchorBar> random_feed(std::size_t minutes) {
  std::uint64_t state = *rc::gen::arbitrary<std::uint64_t>();
  const auto below = [&state](std::uint64_t bound) {  // splitmix64
    std::uint64_t z = state += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return static_cast<double>((z ^ (z >> 31)) % bound);
  };
  std::vector<AnchorBar> feed;
  double prices[] = {100, 50};
  for (std::size_t k = 0; k < minutes; ++k) {
    for (const std::uint32_t role : {0u, 1u}) {
      const double fate = below(25), open = prices[role], close = std::max(1.0, open + (below(81) - 40) / 64);
      prices[role] = close;
      AnchorBar bar{midnight + static_cast<std::int64_t>(k + 1) * minute, role,
                    {open, std::max(open, close) + below(20) / 64, std::min(open, close) - below(20) / 64, close, below(100)}};
      if (fate == 0) continue;
      if (fate == 1) bar.bar.close = std::nan("");
      if (fate == 2) bar.closed_at -= 2 * minute;
      feed.push_back(bar);
    }
  }
  return feed;
}

// The intents as one text, evidence and all.
std::string text_of(const std::vector<StrategyIntent>& intents) {
  std::string text;
  for (const StrategyIntent& i : intents) {
    text += std::to_string(i.version) + ' ' + i.role + ' ' + std::to_string(i.anchor_closed_at.ns) + ' ' + std::to_string(i.direction.value) + ' ' + i.rule;
    if (i.stop_loss_ratio) text += ' ' + i.stop_loss_ratio->text();
    if (i.size_hint) text += ' ' + i.size_hint->text();
    if (i.confidence) text += ' ' + i.confidence->text();
    for (const StrategyReading& reading : i.evidence) text += ' ' + reading.name + '=' + reading.value;
    text += '\n';
  }
  return text;
}

std::string whole(const std::vector<AnchorBar>& feed) {
  Strategy strategy = started(busy());
  auto said = run(strategy, feed);
  strategy.end_moment();
  said.insert(said.end(), strategy.intents().begin(), strategy.intents().end());
  return text_of(said);
}

}  // namespace

TEST_CASE("The strategy of these tests says something in both roles, and is kept from something") {
  std::size_t main = 0, leader = 0, withheld = 0;
  CHECK(rc::check("it is busy", [&] {
    Strategy strategy = started(busy());
    for (const StrategyIntent& intent : run(strategy, random_feed(120))) ++(intent.role == "main" ? main : leader);
    withheld += strategy.counts().withheld_rate_limit;
  }));
  CHECK(main > 500);
  CHECK(leader > 500);
  CHECK(withheld > 100);
}

TEST_CASE("No look-ahead: bars that close later change no intent") {
  CHECK(rc::check("the past says the same whatever comes", [] {
    const auto feed = random_feed(90), other = random_feed(90);
    const auto cut = *rc::gen::inRange<std::size_t>(0, feed.size());
    std::vector<AnchorBar> changed(feed.begin(), feed.begin() + static_cast<std::ptrdiff_t>(cut));
    std::int64_t until = INT64_MIN;  // a moment that both have in full
    for (const AnchorBar& bar : changed) until = std::max(until, bar.closed_at);
    std::copy_if(other.begin(), other.end(), std::back_inserter(changed), [&](const AnchorBar& bar) { return bar.closed_at >= until; });
    const auto before = [&](const std::vector<AnchorBar>& bars) {
      Strategy strategy = started(busy());
      auto said = run(strategy, bars);
      std::erase_if(said, [&](const StrategyIntent& intent) { return intent.anchor_closed_at.ns >= until; });
      return text_of(said);
    };
    RC_ASSERT(before(feed) == before(changed));
  }));
}

TEST_CASE("Chunks of any size say the same as all bars at once") {
  CHECK(rc::check("chunk invariance", [] {
    const auto feed = random_feed(90);
    const std::string expected = whole(feed);
    Strategy strategy = started(busy());
    std::vector<StrategyIntent> said;
    std::span<const AnchorBar> rest(feed);
    while (!rest.empty()) {
      const auto chunk = std::min(rest.size(), *rc::gen::inRange<std::size_t>(1, 40));
      const std::size_t taken = strategy.advance(rest.first(chunk));
      said.insert(said.end(), strategy.intents().begin(), strategy.intents().end());
      RC_ASSERT(taken == chunk || !strategy.intents().empty());
      rest = rest.subspan(taken);
    }
    strategy.end_moment();
    said.insert(said.end(), strategy.intents().begin(), strategy.intents().end());
    RC_ASSERT(text_of(said) == expected);
  }));
}

TEST_CASE("A checkpoint anywhere and a resumption from it change nothing") {
  CHECK(rc::check("checkpoint invariance", [] {
    const auto feed = random_feed(90);
    const std::string expected = whole(feed);
    const auto cut = *rc::gen::inRange<std::size_t>(0, feed.size() + 1);
    Strategy first = started(busy()), second = started(busy());
    auto said = run(first, std::span(feed).first(cut));
    const std::string bytes = first.checkpoint();
    second.resume(bytes);
    RC_ASSERT(second.checkpoint() == bytes);
    const auto rest = run(second, std::span(feed).subspan(cut));
    second.end_moment();
    said.insert(said.end(), rest.begin(), rest.end());
    said.insert(said.end(), second.intents().begin(), second.intents().end());
    RC_ASSERT(text_of(said) == expected);
  }));
}

TEST_CASE("After a restart from the journal alone nothing is said twice and nothing is left out") {
  CHECK(rc::check("recovery by re-reading the tape", [] {
    const auto feed = random_feed(90);
    const std::string expected = whole(feed);
    const auto cut = *rc::gen::inRange<std::size_t>(0, feed.size() + 1);
    Strategy first = started(busy());
    auto journal = run(first, std::span(feed).first(cut));
    Strategy second = started(busy());
    for (const StrategyIntent& intent : journal) second.record(intent);
    const auto rest = run(second, feed);  // the whole tape again
    second.end_moment();
    journal.insert(journal.end(), rest.begin(), rest.end());
    journal.insert(journal.end(), second.intents().begin(), second.intents().end());
    RC_ASSERT(text_of(journal) == expected);
  }));
}

TEST_CASE("Versions and the switch come back from the journal in their places") {
  CHECK(rc::check("recovery of a history with versions", [] {
    const auto feed = random_feed(150);
    Strategy live = started(busy());
    std::vector<std::variant<StrategyVersionAdopted, StrategySwitched>> turns;
    std::vector<StrategyIntent> said;
    std::uint64_t asked = 0;
    for (std::size_t i = 0; i < feed.size(); ++i) {
      for (const StrategyIntent& intent : run(live, std::span(feed).subspan(i, 1))) said.push_back(intent);
      const int turn = *rc::gen::inRange(0, 40);
      if (turn == 0 && live.between_moments()) {
        StrategyDefinition next = busy();
        next.parameters[0].value = ParameterValue::whole(2 + static_cast<std::int64_t>(live.version() % 5));
        turns.push_back(live.adoption_of(*strategy::compile(next), bound(next)));
        live.adopt(std::get<StrategyVersionAdopted>(turns.back()), std::span(feed).first(i + 1));
      } else if (turn <= 2) {
        turns.push_back(live.switching_of(IdempotencyKey(std::to_string(++asked)), OperatorId("ada"), turn == 1));
        live.record(std::get<StrategySwitched>(turns.back()));
      }
    }

    Strategy again = started(busy());
    for (const StrategyIntent& intent : said) again.record(intent);
    std::span<const AnchorBar> rest(feed);
    const auto take_until = [&](std::int64_t after) {
      // In the order of the tape; what is late there is late again.
      std::size_t until = 0;
      for (std::size_t i = 0; i < rest.size() && rest[i].closed_at <= after; ++i) until = i + 1;
      RC_ASSERT(run(again, rest.first(until)).empty());
      rest = rest.subspan(until);
    };
    for (const auto& turn : turns) {
      if (const auto* version = std::get_if<StrategyVersionAdopted>(&turn)) {
        take_until(version->after.ns);
        again.adopt(*version, std::span(feed).first(feed.size() - rest.size()));
      } else {
        take_until(std::get<StrategySwitched>(turn).after.ns);
        again.record(std::get<StrategySwitched>(turn));
      }
    }
    RC_ASSERT(run(again, rest).empty());
    RC_ASSERT(again.version() == live.version());
    RC_ASSERT(again.running() == live.running());
    for (const std::uint32_t role : {0u, 1u}) RC_ASSERT(again.direction(role).value == live.direction(role).value);
  }));
}

TEST_CASE("The same bars a second time say nothing") {
  CHECK(rc::check("late is late", [] {
    const auto feed = random_feed(60);
    Strategy strategy = started(busy());
    run(strategy, feed);
    strategy.end_moment();
    const auto refused = [&] { return strategy.counts().late_bars + strategy.counts().bars_without_price; };
    const auto before = refused();
    RC_ASSERT(run(strategy, feed).empty());
    strategy.end_moment();
    RC_ASSERT(strategy.intents().empty());
    RC_ASSERT(refused() == before + feed.size());
  }));
}

TEST_CASE("A checkpoint of another version, cut short or too long is refused") {
  Strategy strategy = started(busy());
  const std::string bytes = strategy.checkpoint();
  CHECK(bytes.substr(0, bytes.find('\n')).starts_with("strategy.v1 busy 1 "));
  CHECK_NOTHROW(started(busy()).resume(bytes));
  StrategyDefinition other = busy();
  other.parameters[0].value = ParameterValue::whole(4);
  CHECK_THROWS_AS(started(other).resume(bytes), indicators::StateError);
  CHECK_THROWS_AS(started(busy()).resume(bytes + 'x'), indicators::StateError);
  CHECK_THROWS_AS(started(busy()).resume(bytes.substr(0, bytes.size() - 1)), indicators::StateError);
  CHECK_THROWS_AS(started(busy()).resume(""), indicators::StateError);
}
