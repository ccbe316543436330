// The runner against a tape and a log that fail wherever they like: what stands in the log in the end is what the strategy says
// by itself, each intent once, with its signal or without, never a signal without its intent.
#include <spdlog/spdlog.h>

#include <atomic>
#include <fstream>
#include <random>

#include "actors/strategy/anchor_bars.hpp"
#include "actors/strategy/intent.hpp"
#include "app/job/bar_generator.hpp"
#include "app/strategies/strategy_runner.hpp"
#include "persistence/memory_journal.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

const ProductId traded("BTC-USD");
const Symbol account("demo");
const Symbol venue("venue/paper");

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
rate_limit: {openings: 3, per: 30m}
)";

// Bars, shown one by one, that cannot always be read.
class FailingTape final : public BarTape {
 public:
  explicit FailingTape(std::function<bool()> fails) : fails_(std::move(fails)) {}
  Symbol shard() const override { return venue; }
  std::optional<Offset> end() override { return fails_() ? std::nullopt : std::optional(journal_->committed(venue)); }
  Piece read(Offset from) override {
    if (fails_()) throw TapeUnavailable("on purpose");
    ++reads;
    return taped_piece(*journal_, venue, from, journal_->committed(venue));
  }
  void show(const BarObserved& bar) {
    Entry entry;
    entry.offset = journal_->end(venue) + 1;
    entry.at = entry.recorded_at = bar.closed_at;
    entry.producer = "test";
    entry.events.push_back({{}, 0, bar});
    journal_->append(venue, entry);
    more();
  }
  std::atomic<std::size_t> reads{0};

 private:
  std::function<bool()> fails_;
  std::shared_ptr<MemoryJournal> journal_ = std::make_shared<MemoryJournal>();
};

// The account's log, and what its inlet answers.
struct Log {
  explicit Log(std::uint64_t seed) : random(seed) {}

  Outcome record(std::vector<Message> messages, const std::string& producer) {
    std::lock_guard lock(mutex);
    const std::uint64_t luck = trouble ? random() % 4 : 0;
    if (luck == 1) return {false, "INLET_FULL", 0, {}};
    if (luck == 2) return {false, "UNKNOWN", 0, {}};
    Entry entry;
    entry.offset = entry.correlation = journal->end(account) + 1;
    entry.producer = producer;
    for (Message& message : messages) entry.events.push_back({{}, 0, std::move(message)});
    journal->append(account, entry);
    if (luck == 3) return {false, "UNKNOWN", 0, {}};  // it is there, and nobody says so
    return {true, {}, entry.offset, {}};
  }
  bool fails() {
    std::lock_guard lock(mutex);
    return trouble && random() % 8 == 0;
  }
  template <class Fact>
  std::vector<Fact> facts() const {
    std::vector<Fact> found;
    for_each_entry(*journal, account, 1, journal->end(account), [&](const Entry& entry) {
      for (const Event& event : entry.events)
        if (const auto* fact = std::get_if<Fact>(&event.body)) found.push_back(*fact);
    });
    return found;
  }

  std::shared_ptr<MemoryJournal> journal = std::make_shared<MemoryJournal>();
  std::mutex mutex;
  std::mt19937_64 random;
  std::atomic<bool> trouble{true};
};

struct Stage {
  explicit Stage(std::uint64_t seed) : log(seed), tape(std::make_shared<FailingTape>([this] { return log.fails(); })) {
    spdlog::set_level(spdlog::level::critical);  // what fails here fails on purpose, some hundred times
    file = (directory.path() / "crossing.yaml").string();
    std::ofstream(file) << crossing;
  }
  std::unique_ptr<StrategyRunner> runner() {
    StrategyRunner::Ports ports{log.journal, account, tape, {}, [this] { return now; }, true};
    ports.record = [this](std::vector<Message> messages, const std::string& producer) {
      std::promise<Outcome> answer;
      answer.set_value(log.record(std::move(messages), producer));
      return answer.get_future();
    };
    return std::make_unique<StrategyRunner>(std::vector<StrategySetting>{{file, {{"main", traded}}, {}}}, std::move(ports));
  }
  // The first version is adopted before the first bar: it learns from none in silence.
  void begin(StrategyRunner& runner) {
    for (int i = 0; i < 2'000 && log.facts<StrategyVersionAdopted>().empty(); ++i) runner.settle();
    REQUIRE(log.facts<StrategyVersionAdopted>().size() == 1);
  }
  // Once nothing fails any more it is through in bounded time; only a broken program waits for long.
  void finish(StrategyRunner& runner, Time last) {
    log.trouble = false;
    for (int i = 0; i < 2'000; ++i) {
      runner.settle();
      const StrategyStatus status = runner.status().at(0);
      if (status.version > 0 && status.moment == last && runner.trouble().empty()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL("the bars were never judged: " << runner.trouble());
  }

  TemporaryDirectory directory;
  std::string file;
  Log log;
  std::shared_ptr<FailingTape> tape;
  Time now;
};

std::vector<StrategyIntent> alone(const std::vector<BarObserved>& bars, const std::string& file) {
  const auto program = load_strategy_file(file);
  Strategy strategy(program->definition.strategy);
  strategy.adopt(strategy.adoption_of(*program, {{"main", traded}}));
  std::vector<StrategyIntent> said;
  for (const BarObserved& bar : bars) {
    const AnchorBar anchor = strategy::anchor_bar_of(bar, 0);
    strategy.advance({&anchor, 1});
    for (const StrategyIntent& intent : strategy.intents()) said.push_back(intent);
  }
  return said;
}

std::vector<std::string> texts(const std::vector<StrategyIntent>& intents) {
  std::vector<std::string> all;
  for (const StrategyIntent& intent : intents)
    all.push_back(std::string(strategy::signal_key_of(intent).text()) + ' ' + std::to_string(intent.direction.value));
  return all;
}

}  // namespace

TEST_CASE("However often log, tape and runner fail, every intent is recorded once, in order, with its signal beside it") {
  const auto bars = job::generate_bars(job::product_of("BTC-USD"), 7, 160).bars;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    Stage stage(seed);
    stage.now = bars.front().opened_at;  // nothing is late
    std::mt19937_64 random(seed);
    auto runner = stage.runner();
    stage.log.trouble = false;
    stage.begin(*runner);
    stage.log.trouble = true;
    for (const BarObserved& bar : bars) {
      stage.tape->show(bar);
      if (random() % 3 == 0) runner->settle();
      if (random() % 20 != 0) continue;
      runner.reset();  // another leader, which may or may not have a place that was kept
      if (random() % 2 == 0) stage.log.journal->cache().write({}, std::vector<std::string>{"app/strategies/demo/venue/paper"});
      runner = stage.runner();
    }
    stage.finish(*runner, bars.back().closed_at);
    const auto wanted = alone(bars, stage.file);
    REQUIRE(wanted.size() >= 10);
    CHECK(texts(stage.log.facts<StrategyIntent>()) == texts(wanted));
    CHECK(stage.log.facts<StrategyVersionAdopted>().size() == 1);
    const auto signals = stage.log.facts<SendSignal>();
    REQUIRE(signals.size() == wanted.size());
    for (std::size_t i = 0; i < signals.size(); ++i) CHECK(signals[i].key == strategy::signal_key_of(wanted[i]));
  }
}

TEST_CASE("An opening that is late is recorded without a signal, a flat with one") {
  const auto bars = job::generate_bars(job::product_of("BTC-USD"), 7, 160).bars;
  Stage stage(1);
  stage.log.trouble = false;
  auto runner = stage.runner();
  stage.begin(*runner);
  stage.now = bars.back().closed_at;  // the node knows it is later than the bars say
  for (const BarObserved& bar : bars) stage.tape->show(bar);
  stage.finish(*runner, bars.back().closed_at);
  const auto wanted = alone(bars, stage.file);
  CHECK(texts(stage.log.facts<StrategyIntent>()) == texts(wanted));
  std::size_t sent = 0;
  for (const StrategyIntent& intent : wanted)
    sent += intent.direction.value == 0 || bars.back().closed_at - intent.anchor_closed_at <= 2 * 60 * ns_per_s;
  REQUIRE(sent < wanted.size());
  CHECK(stage.log.facts<SendSignal>().size() == sent);
  CHECK(runner->status().at(0).late_openings == wanted.size() - sent);
}

TEST_CASE("A start goes on from the place that was kept, and reads no more of the tape than what came since") {
  const auto bars = job::generate_bars(job::product_of("BTC-USD"), 7, 1'600).bars;
  Stage stage(1);
  stage.log.trouble = false;
  stage.now = bars.front().opened_at;
  auto runner = stage.runner();
  stage.begin(*runner);
  for (std::size_t i = 0; i < 1'500; ++i) stage.tape->show(bars[i]);
  stage.finish(*runner, bars[1'499].closed_at);
  runner.reset();
  for (std::size_t i = 1'500; i < bars.size(); ++i) stage.tape->show(bars[i]);
  stage.tape->reads = 0;
  runner = stage.runner();
  stage.finish(*runner, bars.back().closed_at);
  CHECK(stage.tape->reads <= 3);  // the last of before, and the hundred since; from the beginning on it would be seven
  // Its averages, its rate limit and what it wants are what they would have been.
  const auto wanted = alone(bars, stage.file);
  const auto said = stage.log.facts<StrategyIntent>();
  CHECK(said.back().direction == wanted.back().direction);
  std::size_t since = 0;
  for (const StrategyIntent& intent : wanted) since += intent.anchor_closed_at > bars[1'499].closed_at;
  CHECK(since > 0);
  CHECK(texts({said.end() - static_cast<std::ptrdiff_t>(since), said.end()}) ==
        texts({wanted.end() - static_cast<std::ptrdiff_t>(since), wanted.end()}));
}

TEST_CASE("Strategies judge nothing on a tape that has not the bar they said something of") {
  const auto bars = job::generate_bars(job::product_of("BTC-USD"), 7, 160).bars;
  Stage stage(1);
  stage.log.trouble = false;
  stage.now = bars.front().opened_at;
  {
    auto runner = stage.runner();
    stage.begin(*runner);
    for (const BarObserved& bar : bars) stage.tape->show(bar);
    stage.finish(*runner, bars.back().closed_at);
  }
  const std::size_t said = stage.log.facts<StrategyIntent>().size();
  REQUIRE(said > 0);
  stage.tape = std::make_shared<FailingTape>([] { return false; });  // of the same name
  for (std::size_t i = 0; i < 10; ++i) stage.tape->show(bars[i]);
  const bool kept = GENERATE(true, false);
  if (!kept) stage.log.journal->cache().write({}, std::vector<std::string>{"app/strategies/demo/venue/paper"});
  auto runner = stage.runner();
  runner->settle();
  CHECK(runner->trouble().find("records are others") != std::string::npos);
  CHECK(stage.log.facts<StrategyIntent>().size() == said);
}

TEST_CASE("The kill switch can be thrown while the tape cannot be read, and holds once it can") {
  const auto bars = job::generate_bars(job::product_of("BTC-USD"), 7, 160).bars;
  Stage stage(1);
  stage.log.trouble = false;
  stage.now = bars.front().opened_at;
  std::atomic<bool> gone{true};
  stage.tape = std::make_shared<FailingTape>([&] { return gone.load(); });
  auto runner = stage.runner();
  runner->settle();
  CHECK_FALSE(runner->trouble().empty());
  CHECK(runner->status().at(0).version == 0);
  CHECK(runner->switch_strategy(SignalSourceId("crossing"), false, IdempotencyKey("off"), OperatorId("ada")));
  gone = false;
  stage.begin(*runner);
  for (const BarObserved& bar : bars) stage.tape->show(bar);
  stage.finish(*runner, bars.back().closed_at);
  CHECK_FALSE(runner->status().at(0).running);
  CHECK(stage.log.facts<StrategyIntent>().empty());
  CHECK(runner->status().at(0).counts.withheld_switched_off > 0);
}
