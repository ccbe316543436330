// Hot reload from files: other content is noticed, compiled and taken over; what is wrong leaves the running version alone.
#include <fstream>

#include "actors/strategy/strategy.hpp"
#include "app/strategies/strategy_watch.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

std::string strategy_text(const std::string& rule) {
  return "strategy: a\nuniverse: [main]\ntimeframes: {anchor: 1m}\nrules: {main: {long: " + rule + ", exit: close < 1}}\n";
}

class WatchedFile {
 public:
  explicit WatchedFile(const std::string& text) { write(text); }
  void write(const std::string& text) { std::ofstream(path(), std::ios::binary | std::ios::trunc) << text; }
  void remove() { std::filesystem::remove(path()); }
  std::string path() const { return (directory_.path() / "a.yaml").string(); }

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("Only other content is a change") {
  WatchedFile file(strategy_text("close > 1"));
  StrategyWatch watch(file.path());
  CHECK_FALSE(watch.poll());
  file.write(strategy_text("close > 1"));
  CHECK_FALSE(watch.poll());
  file.write(strategy_text("close > 2"));
  const auto change = watch.poll();
  REQUIRE(change);
  REQUIRE(change->program);
  CHECK(change->program->definition.rules[0].long_when == "close > 2");
  CHECK(watch.program() == change->program);
  CHECK_FALSE(watch.poll());
}

TEST_CASE("A wrong file is told once, and what ran goes on until it is right again") {
  WatchedFile file(strategy_text("close > 1"));
  StrategyWatch watch(file.path());
  const auto running = watch.program();
  file.write(strategy_text("clsoe > 1"));
  const auto wrong = watch.poll();
  REQUIRE(wrong);
  CHECK_FALSE(wrong->program);
  REQUIRE(wrong->mistakes.size() == 1);
  CHECK(wrong->mistakes[0] == file.path() + ":4:22: 'clsoe' is not known; did you mean 'close'?");
  CHECK(watch.program() == running);
  CHECK_FALSE(watch.poll());
  file.remove();
  REQUIRE(watch.poll());
  CHECK_FALSE(watch.poll());
  file.write(strategy_text("close > 3"));
  CHECK(watch.poll()->program->definition.rules[0].long_when == "close > 3");
}

TEST_CASE("A watch does not begin with a wrong file") {
  WatchedFile file(strategy_text("close >"));
  CHECK_THROWS_AS(StrategyWatch(file.path()), StrategyFileError);
  CHECK_THROWS_AS(StrategyWatch("/nowhere/a.yaml"), StrategyFileError);
}

TEST_CASE("From a changed file to the next bar: the new version judges it") {
  WatchedFile file(strategy_text("close > 10"));
  StrategyWatch watch(file.path());
  const std::vector<StrategyBinding> bindings{{"main", ProductId("X")}};
  Strategy strategy(watch.program()->definition.strategy);
  strategy.adopt(strategy.adoption_of(*watch.program(), bindings));
  const auto says = [&](std::int64_t minute, double close) {
    const AnchorBar bar{minute * 60 * ns_per_s, 0, {close, close, close, close, 1}};
    strategy.advance({&bar, 1});
    return !strategy.intents().empty();
  };
  CHECK_FALSE(says(1, 7));
  file.write(strategy_text("close > 5"));
  strategy.end_moment();
  strategy.adopt(strategy.adoption_of(*watch.poll()->program, bindings));
  CHECK(says(2, 7));
  CHECK(strategy.intents()[0].version == 2);
}
