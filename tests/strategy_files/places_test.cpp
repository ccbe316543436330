// Strategy files as people write them, right and wrong: the form, and the place of each mistake in any layout that YAML allows.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/strategies/scalar_place.hpp"
#include "app/strategies/strategy_file.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

// All mistakes of a file called "s", one a line; empty where it is right.
std::string told(const std::string& text, const ParameterChoices& choices = {}) {
  try {
    load_strategy(text, "s", choices);
    return {};
  } catch (const StrategyFileError& error) {
    std::string lines;
    for (const FileMistake& mistake : error.found) lines += (lines.empty() ? "" : "\n") + error.text(mistake);
    return lines;
  }
}

// Lines 1 to 3; rules begin in line 4.
const std::string head =
    "strategy: a\n"
    "universe: [main]\n"
    "timeframes: {anchor: 1m, coarser: [5m]}\n";
std::string with_long(const std::string& scalar) { return head + "rules:\n  main:\n    long: " + scalar + "\n"; }

}  // namespace

TEST_CASE("Every file of cfg/strategies compiles, and its defaults are those of the file") {
  int files = 0;
  for (const auto& found : std::filesystem::directory_iterator(TALLY_SOURCE_DIR "/cfg/strategies")) {
    CAPTURE(found.path().string());
    CHECK_NOTHROW(load_strategy_file(found.path().string()));
    ++files;
  }
  CHECK(files == 3);
  const auto program = load_strategy_file(TALLY_SOURCE_DIR "/cfg/strategies/crossing.yaml", {{"fast", ParameterValue::whole(10)}});
  CHECK(program->definition.strategy.text() == "crossing");
  CHECK(program->definition.parameters[0].value.text() == "10");
  CHECK(program->definition.parameters[1].value.text() == "60");
  CHECK(program->definition.rate_limit.openings == 6);
  CHECK(program->definition.rate_limit.per_ns == 3'600 * ns_per_s);
}

TEST_CASE("The file of docs/strategies.md compiles") {
  std::ifstream in(TALLY_SOURCE_DIR "/docs/strategies.md");
  std::stringstream page;
  page << in.rdbuf();
  const std::string text = page.str(), fence = "```yaml\n";
  const std::size_t begin = text.find(fence) + fence.size(), end = text.find("```", begin);
  REQUIRE(end != std::string::npos);
  CHECK(told(text.substr(begin, end - begin)) == "");
}

TEST_CASE("JSON is a strategy file, too, and says the same") {
  const std::string yaml = head + "parameters: {n: {default: 2, min: 1, max: 9}}\nindicators: {f: 'sma(close, $n)'}\nrules: {main: {long: f > 1, exit: f < 1}}\n";
  const std::string json = R"j({"strategy": "a", "universe": ["main"], "timeframes": {"anchor": "1m", "coarser": ["5m"]},
    "parameters": {"n": {"default": 2, "min": 1, "max": 9}}, "indicators": {"f": "sma(close, $n)"},
    "rules": {"main": {"long": "f > 1", "exit": "f < 1"}}})j";
  CHECK(read_strategy(yaml, "y") == read_strategy(json, "j"));
  CHECK(told(json) == "");
}

TEST_CASE("A mistake is found in plain, quoted, folded and literal scalars") {
  CHECK(told(with_long("close > 1")) == "");
  CHECK(told(with_long("close > fsat")) == "s:6:19: 'fsat' is not known");
  CHECK(told(with_long("  close > clsoe")) == "s:6:21: 'clsoe' is not known; did you mean 'close'?");
  CHECK(told(with_long("'close > clsoe'")) == "s:6:20: 'clsoe' is not known; did you mean 'close'?");
  CHECK(told(with_long("\"close > clsoe\"")) == "s:6:20: 'clsoe' is not known; did you mean 'close'?");
  CHECK(told(with_long("\"advice(\\\"x\\\", 0) > clsoe\"")) == "s:6:31: 'clsoe' is not known; did you mean 'close'?");
  CHECK(told(with_long("'advice(''x'', 0) > clsoe'")) == "s:6:31: 'clsoe' is not known; did you mean 'close'?");
  CHECK(told(with_long("close > 1\n      and clsoe > 2")) == "s:7:11: 'clsoe' is not known; did you mean 'close'?");
  CHECK(told(with_long(">-\n      close > 1\n      and clsoe > 2")) == "s:8:11: 'clsoe' is not known; did you mean 'close'?");
  CHECK(told(with_long("|\n      close > 1\n\n      and clsoe > 2")) == "s:9:11: 'clsoe' is not known; did you mean 'close'?");
  CHECK(told(with_long("close >")) == "s:6:18: a value is expected, not the end");
  CHECK(told(with_long("|\n      close >\n")) == "s:7:14: a value is expected, not the end");
  CHECK(told(with_long("close > 1.2.3")) == "s:6:19: '1.2.3' is no number");
}

TEST_CASE("Mistakes of keys and values stand where the key or value does") {
  const std::string rules = "rules: {main: {long: close > 1}}\n";
  CHECK(told("- a\n") == "s:1:1: a strategy is a mapping of keys to values");
  CHECK(told("") == "s:1:1: a strategy is a mapping of keys to values");
  CHECK(told("a: [1\n").starts_with("s:2:1: no YAML: "));
  CHECK(told(head) == "s:1:1: 'rules' is missing");
  CHECK(told(head + "rulez: {}\n") == "s:4:1: 'rulez' is not a known key; did you mean 'rules'?");
  CHECK(told(head + rules + "zzz: 1\n") == "s:5:1: 'zzz' is not a known key");
  CHECK(told(head + rules + "universe: [main]\n") == "s:5:1: 'universe' stands there twice");
  CHECK(told("strategy: a b\nuniverse: [main]\ntimeframes: {anchor: 1m}\n" + rules).starts_with("s:1:11: 'a b' is no name: "));
  CHECK(told("strategy: a\nuniverse: main\ntimeframes: {anchor: 1m}\n" + rules) == "s:2:11: universe must be a list");
  CHECK(told("strategy: a\nuniverse: [main, mian]\ntimeframes: {anchor: 1m}\nrules: {mian2: {long: close > 1}}\n") ==
        "s:4:9: 'mian2' is no role of the universe; did you mean 'mian'?");
  CHECK(told("strategy: a\nuniverse: [main]\ntimeframes: {anchor: 1m, coarser: [5m, 90s]}\n" + rules) ==
        "s:3:40: '90s' is no whole number of bars of the anchor, 1m");
  CHECK(told("strategy: a\nuniverse: [main]\ntimeframes: 1m\n" + rules) == "s:3:13: timeframes must be a mapping of names to values");
  CHECK(told(head + "parameters: {n: 3}\n" + rules) == "s:4:17: parameters.n must be a mapping of names to values");
  CHECK(told(head + "parameters: {n: {default: 3, min: 1}}\n" + rules) == "s:4:17: 'parameters.n.max' is missing");
  CHECK(told(head + "parameters: {n: {default: 3, min: 1, max: x}}\n" + rules) ==
        "s:4:43: parameters.n.max: 'x' is no decimal number of at most nine decimals");
  CHECK(told(head + "parameters: {n: {default: 3, min: 4, max: 5}}\n" + rules) == "s:4:27: 3 is outside 4 to 5");
  CHECK(told(head + "parameters: {n: {default: 3, min: 4, max: 2}}\n" + rules) == "s:4:43: is below min, 4");
  CHECK(told(head + "indicators: {f: emma(3)}\n" + rules) == "s:4:17: 'emma' is neither a function nor an indicator; did you mean 'ema'?");
  CHECK(told(head + "indicators: {close: ema(3)}\n" + rules) == "s:4:21: 'close' means something already and cannot be a name");
  CHECK(told(head + "indicators: {f: [1]}\n" + rules) == "s:4:17: indicators.f must be a text or a number");
  CHECK(told(head + "rules: {main: {exit: close > 1}}\n") == "s:4:9: has neither long nor short, so it would never open");
  CHECK(told(head + "rules: {main: {lnog: close > 1, short: close < 1}}\n") == "s:4:16: 'lnog' is not a known key; did you mean 'long'?");
  CHECK(told(head + rules + "rate_limit: {openings: 0, per: 1h}\n") == "s:5:24: '0' is no whole number from 1 to 100000");
  CHECK(told(head + rules + "rate_limit: {openings: 2, per: 1w}\n") == "s:5:32: '1w' is no length of time such as 30s, 5m or 4h, up to 24h");
  CHECK(told(head + rules + "rate_limit: {openings: 2}\n") == "s:5:13: 'rate_limit.per' is missing");
}

TEST_CASE("All mistakes of a file are told, by line") {
  CHECK(told(head + "indicators:\n  f: emma(3)\nrules:\n  main:\n    short: open >\n    long: clsoe > f\n") ==
        "s:5:6: 'emma' is neither a function nor an indicator; did you mean 'ema'?\n"
        "s:8:18: a value is expected, not the end\n"
        "s:9:11: 'clsoe' is not known; did you mean 'close'?");
}

TEST_CASE("A chosen parameter that is out of its bounds is told at the parameter") {
  const std::string text = head + "parameters:\n  n: {default: 3, min: 1, max: 5}\nrules: {main: {long: close > $n}}\n";
  CHECK(told(text, {{"n", ParameterValue::whole(6)}}) == "s:5:3: 6 is outside 1 to 5");
  CHECK(told(text, {{"k", ParameterValue::whole(6)}}) == "s:4:1: 'k' is no parameter");
}

TEST_CASE("A file that is not there is told like a mistake") {
  CHECK_THROWS_WITH(load_strategy_file("/nowhere/s.yaml"), "/nowhere/s.yaml:1:1: cannot be read");
}
