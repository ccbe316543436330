// What holds for every run, whatever its bars say.
#include "actors/host/deterministic/verify.hpp"
#include "actors/programs.hpp"
#include "app/views/statement.hpp"
#include "tests/backtest/stage.hpp"

using namespace tally;
using namespace tally::backtest;

namespace {

// Trouble on purpose: three products of which one has gaps, a venue that is slow, fills in parts, refuses and repeats itself,
// and a strategy of two roles.
std::string troubled(const Place& place) {
  place.change("cfg/backtests/account.yaml", "reconcileEveryMs: 0 ", "reconcileEveryMs: 3600000 ");
  place.change("cfg/backtests/account.yaml", "latencyMs: 0", "latencyMs: 90000");
  place.change("cfg/backtests/account.yaml", "participation: 0 ", "participation: 0.0001 ");
  place.change("cfg/backtests/account.yaml", "rejectProbability: 0", "rejectProbability: 0.1");
  place.change("cfg/backtests/account.yaml", "duplicateProbability: 0", "duplicateProbability: 0.1");
  place.change("cfg/backtests/account.yaml", "windowMs: 0 ", "windowMs: 500 ");
  place.change("cfg/backtests/crossing.yaml", "generate: {count: 43200}      # thirty days", "generate: {count: 3000}");
  place.change("cfg/backtests/crossing.yaml", "generate: {count: 43200}", "file: spy.csv");
  place.change("cfg/backtests/crossing.yaml", "strategies:\n",
               "strategies:\n  - file: ../strategies/both.yaml\n    bind: {main: BTC-USD, other: SPY}\n");
  place.change("cfg/backtests/crossing.yaml", "{fast: 45, slow: 240, stop: 0.02}", "{fast: 5, slow: 20}");
  place.change("cfg/backtests/crossing.yaml", "{fast: 60, slow: 300, stop: 0.01}", "{fast: 7, slow: 31}");
  place.change("cfg/backtests/crossing.yaml", "    source: crossing\n    product: BTC-USD\n    capital: 50000",
               "    source: both\n    product: BTC-USD\n    capital: 50000");
  place.write("cfg/strategies/both.yaml", R"(strategy: both
universe: [main, other]
timeframes: {anchor: 1m, coarser: [5m]}
rules:
  main:
    long: other.close > other.close[7] and close < close[3]
    short: other.close < other.close[7] and close > close[3]
    stop_loss_ratio: 0.01
  other:
    long: close > ema(9)@5m
    exit: close < ema(9)@5m
    stop_loss_ratio: 0.01
)");
  Config generated = place.config("cfg/backtests/generated.yaml");
  std::string rows = "ts_utc,open,high,low,close,volume\n";
  MarketFeed feed(generated);
  std::size_t minute = 0;
  for (MarketChunk chunk; feed.next(chunk, 512);)
    for (const BarObserved& bar : chunk.bars) {
      if (++minute % 11 == 0 || minute % 600 > 500) continue;  // holes
      const std::int64_t s = bar.opened_at.ns / ns_per_s, day = 1'704'153'600;
      char stamp[32];
      std::snprintf(stamp, sizeof stamp, "2024-01-%02dT%02d:%02d:00Z", static_cast<int>(2 + (s - day) / 86'400),
                    static_cast<int>(s % 86'400 / 3'600), static_cast<int>(s % 3'600 / 60));
      rows += std::string(stamp) + ',' + bar.open.text() + ',' + bar.high.text() + ',' + bar.low.text() + ',' +
              bar.close.text() + ',' + bar.volume.text() + '\n';
    }
  place.write("cfg/backtests/spy.csv", rows);
  return "cfg/backtests/crossing.yaml";
}

void add_generated(const Place& place) {
  std::string text = place.text("cfg/backtests/crossing.yaml");
  text = replaced(text, "  - product: BTC-USD\n    generate: {count: 43200}      # thirty days\n", "");
  text = replaced(text, "generate: {count: 43200}", "generate: {count: 3000}");
  const std::size_t first = text.find("  - file:"), second = text.find("  - file:", first + 1);
  text.erase(first, second - first);
  const std::size_t ann = text.find("  - subscription: ann-btc"), spy = text.find("  - subscription: ann-spy");
  text.erase(ann, spy - ann);
  text.erase(text.find("  - subscription: bob-btc"), text.find("equityEvery") - text.find("  - subscription: bob-btc"));
  place.write("cfg/backtests/generated.yaml", text);
}

struct Troubled {
  Place place;
  Config config;
  Troubled() : config((add_generated(place), place.config(troubled(place)))) {}
};

const Symbol account("demo"), venue("venue/paper");

}  // namespace

TEST_CASE("How bars are cut into chunks changes no entry of any shard, and no sample of equity") {
  const Troubled troubled;
  Kept whole(troubled.config);
  whole.over(troubled.config, 1'000'000);
  REQUIRE(whole.run.record().happened().fills > 200);
  REQUIRE(whole.run.record().happened().venue_rejections > 5);
  for (const std::size_t size : {1, 2, 7, 64, 1'000}) {
    CAPTURE(size);
    Kept cut(troubled.config);
    cut.over(troubled.config, size);
    for (const Symbol shard : {account, venue, strategies_shard()}) CHECK(cut.bytes(shard) == whole.bytes(shard));
    CHECK(cut.samples == whole.samples);
  }
}

TEST_CASE("Every decision of a backtest comes out the same when its journal is decided again") {
  const Troubled troubled;
  Kept kept(troubled.config);
  kept.over(troubled.config);
  const ReplayReport of_account = verify_replay(account_program(), kept.journal, account, kept.journal.end(account));
  CHECK(of_account.equal());
  CHECK(of_account.inputs > 1'000);
  CHECK(verify_replay(venue_program(), kept.journal, venue, kept.journal.end(venue)).equal());
}

TEST_CASE("Not a unit is created or lost, and equity is what the entities say") {
  const Troubled troubled;
  Kept kept(troubled.config);
  kept.over(troubled.config);
  const AccountStatement statement = account_statement(kept.journal, account, venue);
  CHECK(statement.conservation.holds);
  CHECK(statement.conservation.account_cash == kept.run.record().cash());
  for (const InvestorStatement& investor : statement.investors) {
    const InvestorResult& result = kept.run.record().investors().at(investor.investor);
    CHECK(result.fees == investor.fees);
    std::map<ProductId, Quantity> position;
    for (const SubscriptionStatement& subscription : investor.subscriptions)
      position[subscription.product] += subscription.position;
    for (const auto& [product, quantity] : position)
      CHECK(quantity == (result.position.contains(product) ? result.position.at(product) : Quantity{}));
  }
}

TEST_CASE("What comes later changes nothing that was decided before") {
  const Troubled troubled;
  Config shorter = troubled.config;
  shorter.until = Time{(1'704'153'600 + 1'500 * 60) * ns_per_s};
  Kept whole(troubled.config), cut(shorter);
  whole.over(troubled.config);
  cut.over(shorter);
  const auto prefix = cut.all<StrategyIntent>(strategies_shard()), all = whole.all<StrategyIntent>(strategies_shard());
  REQUIRE(prefix.size() > 50);
  REQUIRE(prefix.size() < all.size());
  for (const Symbol shard : {account, strategies_shard()}) {
    const auto before = cut.bytes(shard), after = whole.bytes(shard);
    REQUIRE(before.size() < after.size());
    CHECK(std::equal(before.begin(), before.end(), after.begin()));
  }
}

TEST_CASE("An intent becomes a signal of its strategy under its own key, and trades no earlier than the next bar") {
  Place place;
  place.change("cfg/backtests/crossing.yaml", "generate: {count: 43200}      # thirty days", "generate: {count: 2000}");
  place.change("cfg/backtests/crossing.yaml", "generate: {count: 43200}", "generate: {count: 2000}");
  const Config config = place.config();
  Kept kept(config);
  kept.over(config);
  const auto intents = kept.all<StrategyIntent>(strategies_shard());
  const auto signals = kept.all<SignalReceived>(account);
  REQUIRE(intents.size() > 5);
  REQUIRE(signals.size() == intents.size());
  for (std::size_t i = 0; i < intents.size(); ++i) {
    CHECK(signals[i].source == intents[i].strategy);
    CHECK(signals[i].received_at == intents[i].anchor_closed_at);
    CHECK(signals[i].mark_at == intents[i].anchor_closed_at);
    CHECK(intents[i].run_id == "test");
  }
  for (const OrderFilled& fill : kept.all<OrderFilled>(account)) {
    bool follows = false;
    for (const StrategyIntent& intent : intents) follows = follows || intent.anchor_closed_at == fill.at;
    CHECK(follows);  // at the opening of the bar that begins when the deciding one closes
  }
}

TEST_CASE("A venue that nobody has orders at is shown no bar") {
  Place place;
  place.change("cfg/strategies/crossing.yaml", "long: crosses_above(fast, slow)", "long: close < 0");
  place.change("cfg/strategies/crossing.yaml", "short: crosses_below(fast, slow)", "short: close < 0");
  const Config config = place.config();
  Kept kept(config);
  kept.over(config);
  CHECK(kept.run.engine().bars() == 86'400);
  CHECK(kept.all<BarObserved>(venue).empty());
  CHECK(kept.run.record().happened().fills == 0);
}
