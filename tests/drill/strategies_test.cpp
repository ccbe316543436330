// Strategies in a cluster, as real processes: whoever leads runs them, and killing leaders changes nothing that they say.
#include <boost/json.hpp>
#include <fstream>
#include <set>
#include <thread>

#include "actors/strategy/anchor_bars.hpp"
#include "actors/strategy/intent.hpp"
#include "app/drill/bar_feed.hpp"
#include "app/drill/world.hpp"
#include "app/exit_code.hpp"
#include "app/fresh_key.hpp"
#include "app/job/bar_moments.hpp"
#include "app/shard_names.hpp"
#include "app/strategies/strategy_file.hpp"
#include "app/views/statement.hpp"
#include "messages/json.hpp"
#include "persistence/atomic_file.hpp"
#include "persistence/rocksdb_journal.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::drill;

namespace {

const ProductId product("BTC-USD");
constexpr std::size_t kills = 3;
constexpr std::size_t bars_between_kills = 120;

constexpr const char* crossing = R"(strategy: crossing
universe: [main]
timeframes: {anchor: 1m}
indicators:
  fast: ema(close, 4)
  slow: ema(close, 11)
rules:
  main:
    long: crosses_above(fast, slow)
    short: crosses_below(fast, slow)
    stop_loss_ratio: 0.02
)";

// Waits until something is so; only a broken program waits for long.
template <class Is>
bool in_the_end(Is is) {
  for (int tries = 0; tries < 1'200; ++tries) {
    try {
      if (is()) return true;
    } catch (const CommandFailed&) {  // nobody leads at present
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

std::vector<StrategyIntent> alone(const std::vector<job::Moment>& moments, const std::string& file) {
  const auto program = load_strategy_file(file);
  Strategy strategy(program->definition.strategy);
  strategy.adopt(strategy.adoption_of(*program, {{"main", product}}));
  std::vector<StrategyIntent> said;
  for (const job::Moment& moment : moments) {
    const AnchorBar anchor = strategy::anchor_bar_of(moment.at(0), 0);
    strategy.advance({&anchor, 1});
    for (const StrategyIntent& intent : strategy.intents()) said.push_back(intent);
  }
  return said;
}

void submit(World& world, const Message& message) {
  const boost::json::object request{{"op", "submit"}, {"message", to_json(message)}, {"producer", "test"}};
  REQUIRE(in_the_end([&] { return world.ask(world.nodes().front(), request, 20), true; }));
}

void fund(World& world) {
  DepositFunds deposit;
  deposit.key = fresh_key();
  deposit.investor = InvestorId("ann");
  deposit.amount = Money::whole(1'000'000);
  submit(world, deposit);
  AddSubscription add;
  add.key = fresh_key();
  add.subscription = SubscriptionId("ann-btc");
  add.investor = deposit.investor;
  add.source = SignalSourceId("crossing");
  add.product = product;
  add.capital = Money::whole(100'000);
  add.terms.risk_fraction = Ratio::parse("0.02");
  add.terms.leverage_max = Ratio::parse("2");
  submit(world, add);
}

// The strategy's row, of whoever leads, once its tape is read to the end.
std::optional<boost::json::object> judged(World& world, const DrillNode& by) {
  const boost::json::object said = world.ask(by, {{"op", "strategies"}}, 20);
  const boost::json::object& row = said.at("strategies").at(0).as_object();
  if (!said.at("trouble").as_string().empty() || row.at("version").to_number<int>() == 0) return std::nullopt;
  return row;
}

struct Facts {
  std::vector<StrategyIntent> intents;
  std::vector<SendSignal> signals;
  std::size_t versions = 0, fills = 0, starts = 0;
};

Facts facts_of(const Journal& journal) {
  Facts facts;
  const Symbol account("demo");
  for_each_entry(journal, account, 1, journal.committed(account), [&](const Entry& entry) {
    for (const Event& event : entry.events) {
      if (const auto* intent = std::get_if<StrategyIntent>(&event.body)) facts.intents.push_back(*intent);
      if (const auto* signal = std::get_if<SendSignal>(&event.body)) facts.signals.push_back(*signal);
      facts.versions += std::holds_alternative<StrategyVersionAdopted>(event.body);
      facts.fills += std::holds_alternative<OrderFilled>(event.body);
      facts.starts += std::holds_alternative<ShardStarted>(event.body);
    }
  });
  return facts;
}

}  // namespace

TEST_CASE("Leaders are killed while a strategy trades: its intents are those of the bars, each once, none missing, and the books hold") {
  TemporaryDirectory directory;
  const std::string file = (directory.path() / "crossing.yaml").string();
  std::ofstream(file) << crossing;
  const auto profile = directory.path() / "profile.yaml";
  std::ofstream(profile) << read_file(TALLY_SOURCE_DIR "/cfg/default.yaml") << "strategies:\n  - file: " << file << "\n    bind: {main: BTC-USD}\n";
  const auto moments = job::moments_of(read_profile(profile).products, {"BTC-USD=generate:500:7"}, 500);
  World world(directory.path() / "drill", profile, 3);
  fund(world);
  REQUIRE(in_the_end([&] { return judged(world, world.nodes().front()).has_value(); }));
  {
    BarFeed feed(world.venue_address(), moments, 20);
    for (std::size_t kill = 1; kill <= kills; ++kill) {
      REQUIRE(in_the_end([&] { return feed.shown() >= kill * bars_between_kills; }));
      std::optional<LeaderSeen> leader;
      REQUIRE(in_the_end([&] { return (leader = world.leader()).has_value(); }));
      DrillNode& fallen = world.node(leader->node);
      fallen.process->kill();
      world.start_node(fallen);
      world.wait_until_ready(60'000);
    }
    REQUIRE(in_the_end([&] { return feed.shown() == moments.size(); }));
  }
  const Time last = moments.back().at(0).closed_at;
  REQUIRE(in_the_end([&] {
    const auto row = judged(world, world.nodes().back());
    return row && row->contains("moment") && row->at("moment").to_number<std::int64_t>() == last.ns;
  }));
  world.stop_all();

  const auto wanted = alone(moments, file);
  REQUIRE(wanted.size() > 20);
  bool complete = false;
  for (const DrillNode& node : world.nodes()) {
    CAPTURE(node.name);
    const RocksDbJournal journal(node.data.journal());
    const Facts facts = facts_of(journal);
    REQUIRE(facts.intents.size() <= wanted.size());  // a node that does not lead may end a heartbeat behind
    std::set<std::string> keys;
    for (std::size_t i = 0; i < facts.intents.size(); ++i) {
      CHECK(facts.intents[i].anchor_closed_at == wanted[i].anchor_closed_at);
      CHECK(facts.intents[i].direction == wanted[i].direction);
      keys.insert(std::string(strategy::signal_key_of(facts.intents[i]).text()));
    }
    CHECK(keys.size() == facts.intents.size());
    CHECK(facts.versions == 1);
    std::set<std::string> sent;
    for (const SendSignal& signal : facts.signals) {
      CHECK(keys.contains(std::string(signal.key.text())));
      CHECK(sent.insert(std::string(signal.key.text())).second);
    }
    CHECK_FALSE(sent.empty());  // openings may have been late while nobody led, and are then not sent
    if (facts.intents.size() < wanted.size()) continue;
    complete = true;
    CHECK(facts.starts > kills);
    CHECK(facts.fills > 0);
    const AccountStatement statement = account_statement(journal, Symbol("demo"), Symbol());
    CHECK(statement.conservation.holds);
    CHECK(statement.drifts.empty());
  }
  CHECK(complete);
}
