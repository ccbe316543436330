// Strategies in a running node: what they say is what the same strategy says over the same bars by itself; restarts, switches and
// new files included.
#include <boost/json.hpp>
#include <fstream>

#include "actors/strategy/anchor_bars.hpp"
#include "actors/strategy/intent.hpp"
#include "app/job/bar_generator.hpp"
#include "app/node_operations.hpp"
#include "app/shard_names.hpp"
#include "app/strategies/strategy_runner.hpp"
#include "tests/app/account_story.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

const ProductId product("BTC-USD");
const Symbol account_shard("demo");

constexpr const char* crossing = R"(strategy: crossing
universe: [main]
timeframes: {anchor: 1m}
parameters:
  fast: {default: 5, min: 2, max: 50}
indicators:
  fast: sma(close, $fast)
  slow: sma(close, 20)
rules:
  main:
    long: crosses_above(fast, slow)
    short: crosses_below(fast, slow)
    stop_loss_ratio: 0.02
)";

std::vector<BarObserved> some_bars(std::size_t count) {
  return job::generate_bars(job::product_of("BTC-USD"), 7, count).bars;
}

// A node on a journal in memory that survives it, as a disk would.
class World {
 public:
  World() : file((directory.path() / "crossing.yaml").string()) { write(crossing); }

  void write(const std::string& text) { std::ofstream(file) << text; }
  Profile profile() const {
    Profile profile = AccountStory::default_profile();
    profile.strategies.push_back({file, {{"main", product}}, {}});
    return profile;
  }
  void start() { node = std::make_unique<AccountNode>(profile(), journal); }
  void stop() { node.reset(); }
  void show(const std::vector<BarObserved>& bars, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      node->show({&bars[i], 1}, "test");
      node->settle();
    }
  }
  template <class Fact>
  std::vector<Fact> facts(Symbol shard) const {
    std::vector<Fact> found;
    for_each_entry(*journal, shard, 1, journal->end(shard), [&](const Entry& entry) {
      for (const Event& event : entry.events)
        if (const auto* fact = std::get_if<Fact>(&event.body)) found.push_back(*fact);
    });
    return found;
  }
  std::vector<StrategyIntent> intents() const { return facts<StrategyIntent>(account_shard); }
  std::vector<SignalReceived> signals() const { return facts<SignalReceived>(node->account()); }

  TemporaryDirectory directory;
  std::string file;
  std::shared_ptr<MemoryJournal> journal = std::make_shared<MemoryJournal>();
  std::unique_ptr<AccountNode> node;
};

// What the strategy says by itself.
std::vector<StrategyIntent> alone(const std::vector<BarObserved>& bars, const std::string& file) {
  const auto program = load_strategy_file(file);
  Strategy strategy(program->definition.strategy);
  strategy.adopt(strategy.adoption_of(*program, {{"main", product}}));
  std::vector<StrategyIntent> said;
  for (const BarObserved& bar : bars) {
    const AnchorBar anchor = strategy::anchor_bar_of(bar, 0);
    strategy.advance({&anchor, 1});
    for (const StrategyIntent& intent : strategy.intents()) said.push_back(intent);
  }
  return said;
}

void check_same(const std::vector<StrategyIntent>& is, const std::vector<StrategyIntent>& wanted) {
  REQUIRE(is.size() == wanted.size());
  for (std::size_t i = 0; i < is.size(); ++i) {
    CHECK(is[i].anchor_closed_at == wanted[i].anchor_closed_at);
    CHECK(is[i].direction == wanted[i].direction);
    CHECK(strategy::signal_key_of(is[i]) == strategy::signal_key_of(wanted[i]));
  }
}

}  // namespace

TEST_CASE("A node's strategies say over its bars what they say by themselves, and each intent becomes one signal") {
  const auto bars = some_bars(300);
  World world;
  world.start();
  world.show(bars, 0, bars.size());
  const auto wanted = alone(bars, world.file);
  REQUIRE(wanted.size() > 5);
  check_same(world.intents(), wanted);
  const auto signals = world.signals();
  REQUIRE(signals.size() == wanted.size());
  for (std::size_t i = 0; i < signals.size(); ++i) {
    CHECK(signals[i].source.text() == "crossing");
    CHECK(signals[i].direction == wanted[i].direction);
    CHECK(signals[i].key == strategy::signal_key_of(wanted[i]));
  }
  for (const StrategyIntent& intent : world.intents()) {
    REQUIRE(intent.tape);
    CHECK(intent.tape->tape == "venue/paper");
    const auto entry = world.journal->read(Symbol("venue/paper"), intent.tape->offset, 1).at(0);
    CHECK(std::get<BarObserved>(entry->events.at(0).body).closed_at == intent.anchor_closed_at);
  }
}

TEST_CASE("A restart anywhere says nothing twice and leaves nothing out") {
  const auto bars = some_bars(300);
  World world;
  world.start();
  std::size_t shown = 0;
  for (const std::size_t stop : {1, 19, 40, 41, 120, 121, 122, 250, 300}) {
    world.show(bars, shown, stop);
    shown = stop;
    world.stop();
    world.start();
  }
  check_same(world.intents(), alone(bars, world.file));
  CHECK(world.signals().size() == world.intents().size());  // what was sent again was a retry
  CHECK(world.facts<StrategyVersionAdopted>(account_shard).size() == 1);
}

TEST_CASE("A strategy that comes to a node with a past learns from its bars in silence") {
  const auto bars = some_bars(200);
  World world;
  {
    Profile without = AccountStory::default_profile();
    AccountNode before(without, world.journal);
    for (std::size_t i = 0; i < 100; ++i) before.show({&bars[i], 1}, "test");
    before.settle();
  }
  world.start();
  CHECK(world.intents().empty());
  world.show(bars, 100, 200);
  // Its averages know the first hundred: from then on it crosses where it would have.
  std::vector<StrategyIntent> wanted;
  for (const StrategyIntent& intent : alone(bars, world.file))
    if (intent.anchor_closed_at > bars[99].closed_at) wanted.push_back(intent);
  const auto said = world.intents();
  REQUIRE(said.size() >= 2);
  CHECK(said.back().anchor_closed_at == wanted.back().anchor_closed_at);
  CHECK(said.back().direction == wanted.back().direction);
}

TEST_CASE("The kill switch withholds openings from the next bar on, lets a position go, and survives a restart") {
  const auto bars = some_bars(400);
  World world;
  world.start();
  world.show(bars, 0, 100);
  const std::size_t before = world.intents().size();
  const SignalSourceId name("crossing");
  CHECK(world.node->strategies()->switch_strategy(name, false, IdempotencyKey("off-1"), OperatorId("ada")));
  CHECK(world.node->strategies()->switch_strategy(name, false, IdempotencyKey("off-1"), OperatorId("ada")));  // a retry
  CHECK_FALSE(world.node->strategies()->switch_strategy(SignalSourceId("nobody"), false, IdempotencyKey("off-2"), OperatorId("ada")));
  CHECK(world.facts<StrategySwitched>(account_shard).size() == 1);
  world.stop();
  world.start();
  CHECK_FALSE(world.node->strategies()->status().at(0).running);
  world.show(bars, 100, 300);
  const auto said = world.intents();
  for (std::size_t i = before; i < said.size(); ++i) CHECK(said[i].direction.value == 0);
  CHECK(world.node->strategies()->status().at(0).counts.withheld_switched_off > 0);
  CHECK(world.node->strategies()->switch_strategy(name, true, IdempotencyKey("on-1"), OperatorId("ada")));
  world.show(bars, 300, 400);
  CHECK(world.intents().back().direction.value != 0);
}

TEST_CASE("A changed file is a new version between two bars; a wrong one changes nothing and says why") {
  const auto bars = some_bars(300);
  World world;
  world.start();
  world.show(bars, 0, 100);
  std::string wrong = crossing;
  wrong.replace(wrong.find("crosses_above(fast"), 18, "crosses_above(fsat");
  world.write(wrong);
  world.node->strategies()->reload();
  StrategyStatus status = world.node->strategies()->status().at(0);
  CHECK(status.version == 1);
  REQUIRE(status.mistakes.size() == 1);
  CHECK(status.mistakes[0].find("'fsat' is not known; did you mean 'fast'?") != std::string::npos);

  std::string other = crossing;
  other.replace(other.find("sma(close, 20)"), 14, "sma(close, 40)");
  world.write(other);
  world.node->strategies()->reload();
  status = world.node->strategies()->status().at(0);
  CHECK(status.version == 2);
  CHECK(status.mistakes.empty());
  world.show(bars, 100, 200);
  const auto said = world.intents();
  CHECK(said.back().version == 2);

  // A restart goes through the same versions.
  world.stop();
  world.start();
  world.show(bars, 200, 300);
  World straight;
  straight.start();
  straight.show(bars, 0, 100);
  straight.write(other);
  straight.node->strategies()->reload();
  straight.show(bars, 100, 300);
  check_same(world.intents(), straight.intents());
}

TEST_CASE("A profile whose strategies cannot run is refused") {
  World world;
  Profile profile = world.profile();
  profile.strategies.push_back(profile.strategies[0]);
  CHECK_THROWS_AS(AccountNode(profile, world.journal), std::invalid_argument);
  profile.strategies.pop_back();
  profile.strategies[0].bind.clear();
  CHECK_THROWS_AS(AccountNode(profile, world.journal), std::invalid_argument);
}
