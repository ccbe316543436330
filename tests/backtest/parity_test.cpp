// A live node on a simulated venue and a backtest over the same bars: every entity of the account decides the same events, and
// the venue trades the same.
#include <boost/json.hpp>
#include <map>

#include "actors/strategy/intent.hpp"
#include "app/account_node.hpp"
#include "messages/json.hpp"
#include "tests/backtest/stage.hpp"
#include "tests/recorded_bars/program.hpp"

using namespace tally;
using namespace tally::backtest;

namespace {

using Streams = std::map<std::string, std::vector<std::string>>;

// What each entity decided, in its order, at its moment, as JSON. Limits come under a key of their own in each host, and
// comparisons with the venue number their own way through a start: what both lead to is in the other entities' events.
Streams streams_of(const Journal& journal, Symbol shard) {
  Streams streams;
  for_each_entry(journal, shard, 1, journal.end(shard), [&](const Entry& entry) {
    for (const Event& event : entry.events) {
      if (event.stream.kind == EntityKind::none || event.stream.kind == EntityKind::reconciliation) continue;
      if (std::holds_alternative<LimitsChanged>(event.body) || std::holds_alternative<VenueStateReported>(event.body)) continue;
      if (std::holds_alternative<VenueStateFolded>(event.body)) continue;
      streams[text_of(event.stream)].push_back(std::to_string(entry.at.ns) + ' ' + boost::json::serialize(to_json(event.body)));
    }
  });
  return streams;
}

class LiveRun {
 public:
  LiveRun(const Config& config, Time start) : config_(config), node_(config.profile, journal_) {
    node_.time().set(start);
    for (std::size_t i = 0; i < config.investors.size(); ++i)
      send(DepositFunds{IdempotencyKey("deposit-" + std::to_string(i + 1)), config.investors[i].investor,
                        config.investors[i].deposit});
    for (const AddSubscription& add : config.subscriptions) send(add);
    for (const StrategyChoice& choice : config.strategies) {
      strategies_.emplace_back(choice.source(), "test");
      strategies_.back().adopt(strategies_.back().adoption_of(*choice.program, choice.bind));
    }
  }

  // The bars of one moment.
  void show(const MarketChunk& moment) {
    node_.show(moment.bars, "backtest:bars");
    node_.node().settle();
    for (std::size_t i = 0; i < strategies_.size(); ++i) {
      std::vector<AnchorBar> bars;
      read_bars(moment, roles_of(i), bars);
      strategies_[i].advance(bars);
      std::vector<StrategyIntent> intents = strategies_[i].intents();
      strategies_[i].end_moment();
      intents.insert(intents.end(), strategies_[i].intents().begin(), strategies_[i].intents().end());
      for (const StrategyIntent& intent : intents) send(strategy::signal_of(intent));
    }
  }

  std::shared_ptr<MemoryJournal> journal_ = std::make_shared<MemoryJournal>();

 private:
  void send(Message message) {
    REQUIRE(node_.command(std::move(message), "test").accepted);
    node_.node().settle();
  }
  std::vector<std::uint32_t> roles_of(std::size_t strategy) const {
    std::vector<std::uint32_t> series;
    for (const std::string& role : config_.strategies[strategy].program->definition.roles)
      for (const StrategyBinding& binding : config_.strategies[strategy].bind)
        for (std::uint32_t i = 0; i < config_.bars.size(); ++i)
          if (binding.role == role && config_.bars[i].product == binding.product) series.push_back(i);
    return series;
  }

  const Config& config_;
  AccountNode node_;
  std::vector<Strategy> strategies_;
};

// In a live node a deadline that falls on a bar and a fill in that bar race: none falls due here.
void without_deadlines(const Place& place) {
  place.change("cfg/backtests/account.yaml", "reservationTtlMs: 300000 ", "reservationTtlMs: 999000000 ");
}

void compare(const Config& config, std::uint64_t fills_least) {
  Kept kept(config);
  kept.over(config);
  REQUIRE(kept.run.record().happened().fills >= fills_least);
  LiveRun live(config, *kept.run.began());
  MarketFeed feed(config);
  for (MarketChunk moment; feed.next(moment, 1);) live.show(moment);
  for (const Symbol shard : {Symbol("demo"), Symbol("venue/paper")}) {
    const Streams expected = streams_of(*live.journal_, shard), found = streams_of(kept.journal, shard);
    REQUIRE(expected.size() == found.size());
    for (const auto& [stream, decided] : expected) {
      CAPTURE(stream);
      REQUIRE(found.contains(stream));
      const std::vector<std::string>& events = found.at(stream);
      REQUIRE(events.size() == decided.size());
      for (std::size_t i = 0; i < events.size(); ++i) REQUIRE(events[i] == decided[i]);
    }
  }
}

}  // namespace

TEST_CASE("A live node over the same bars decides the same events, entity by entity") {
  const Place place;
  without_deadlines(place);
  place.change("cfg/backtests/crossing.yaml", "generate: {count: 43200}      # thirty days", "generate: {count: 1500}");
  place.change("cfg/backtests/crossing.yaml", "generate: {count: 43200}", "generate: {count: 1500}");
  place.change("cfg/backtests/crossing.yaml", "{fast: 45, slow: 240, stop: 0.02}", "{fast: 5, slow: 20, stop: 0.02}");
  place.change("cfg/backtests/account.yaml", "participation: 0 ", "participation: 0.0001 ");
  place.change("cfg/backtests/account.yaml", "rejectProbability: 0", "rejectProbability: 0.1");
  compare(place.config(), 30);
}

TEST_CASE("A live node over recorded bars decides the same events, entity by entity") {
  if (recordings_are_missing("bars_1m")) return;
  const Place place;
  without_deadlines(place);
  place.change("cfg/backtests/crossing.yaml", "generate: {count: 43200}      # thirty days",
               "file: " + (recorded / "bars_1m/crypto/BTCUSD_coinbase_trade.csv.gz").string());
  place.change("cfg/backtests/crossing.yaml", "generate: {count: 43200}", "generate: {count: 1}");
  place.change("cfg/backtests/crossing.yaml", "equityEvery: 15m", "equityEvery: 15m\nfrom: 2016-10-07\nuntil: 2016-10-09");
  compare(place.config(), 10);
}
