// Every mistake is told where it stands, with what may have been meant.
#include "tests/catch.hpp"
#include "tests/strategy/stage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

// The mistake of a rule; "COLUMN: problem".
std::string wrong(const std::string& rule) {
  StrategyDefinition definition = with_rules(rule);
  definition.roles = {"main", "leader"};
  definition.parameters.push_back({"length", {}, {}, {}});
  definition.indicators = {{"fast", "sma(2)"}, {"bands", "bb(2,1)"}};
  const std::string all = mistakes_in(definition), place = "rules.main.long:";
  REQUIRE(all.starts_with(place));
  REQUIRE(all.find('\n') == std::string::npos);
  return all.substr(place.size());
}

std::string wrong_definition(const std::function<void(StrategyDefinition&)>& change) {
  StrategyDefinition definition = sample();
  change(definition);
  return mistakes_in(definition);
}

struct Row {
  const char* rule;
  const char* told;
};

}  // namespace

TEST_CASE("Mistakes of writing") {
  const Row rows[] = {
      {"close > 1 && open > 1", "11: '&&' is no operator here; did you mean 'and'?"},
      {"close > 1 || open > 1", "11: '||' is no operator here; did you mean 'or'?"},
      {"!close > 1", "1: '!' is no operator here; did you mean 'not'?"},
      {"close = 1", "7: '=' is no operator here; did you mean '=='?"},
      {"close <> 1", "7: '<>' is no operator here; did you mean '!='?"},
      {"close => 1", "7: '=>' is no operator here; did you mean '>='?"},
      {"close > 2%", "10: '%' is no part of an expression"},
      {"close > 1.2.3", "9: '1.2.3' is no number"},
      {"close > 1.", "9: '1.' is no number"},
      {"close > 3m", "9: '3m' is no number"},
      {"close > $ n", "9: the name of a parameter must follow '$'"},
      {"close@ > 1", "6: a timeframe must follow '@'"},
      {"advice(\"mood, 0) > 1", "8: this text has no closing quote"},
      {"close >", "8: a value is expected, not the end"},
      {"> 1", "1: a value is expected, not '>'"},
      {"close > 1 and or open > 1", "15: a value is expected, not 'or'"},
      {"(close > 1", "11: ')' is expected, not the end"},
      {"close[1 > 1", "12: ']' is expected, not the end"},
      {"sma(2 > 1", "10: ')' is expected, not the end"},
      {"close. > 1", "8: a name is expected, not '>'"},
      {"close > 1)", "10: ')' may not follow here; an operator or the end is expected"},
      {"close > 1 open", "11: 'open' may not follow here; an operator or the end is expected"},
      {"1 < close < 2", "11: comparisons do not chain; write 'a < b and b < c'"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.rule);
    CHECK(wrong(row.rule) == row.told);
  }
  CHECK(wrong(std::string(41, '(') + "close" + std::string(41, ')') + " > 1") == "41: nested deeper than 40");
}

TEST_CASE("Mistakes of naming") {
  const Row rows[] = {
      {"clsoe > 1", "1: 'clsoe' is not known; did you mean 'close'?"},
      {"close > fsat", "9: 'fsat' is not known; did you mean 'fast'?"},
      {"close > xyzzyxyzzy", "9: 'xyzzyxyzzy' is not known"},
      {"close > n", "9: 'n' is not known; did you mean '$n'?"},
      {"close > $m", "9: '$m' is no parameter"},
      {"close > $lenght", "9: '$lenght' is no parameter; did you mean '$length'?"},
      {"close > leader", "9: 'leader' is a role; name a series of it; did you mean 'leader.close'?"},
      {"leadr.close > 1", "1: 'leadr' is not known; did you mean 'leader'?"},
      {"leader.clsoe > 1", "8: 'clsoe' is not known; did you mean 'close'?"},
      {"leadr.sma(2) > 1", "1: 'leadr' is no role of the universe; did you mean 'leader'?"},
      {"leader.fast.sma(2) > 1", "8: a role and an indicator are expected before '('"},
      {"cross_above(close, fast)", "1: 'cross_above' is neither a function nor an indicator; did you mean 'crosses_above'?"},
      {"emma(30) > 1", "1: 'emma' is neither a function nor an indicator; did you mean 'ema'?"},
      {"bbands(30) > 1", "1: 'bbands' is neither a function nor an indicator; did you mean 'bb'?"},
      {"ema > 1", "1: 'ema' needs its arguments; did you mean 'ema(30)'?"},
      {"min > 1", "1: 'min' needs its arguments; did you mean 'min(a, b)'?"},
      {"close@15m > 1", "6: '15m' is none of the timeframes; did you mean '5m'?"},
      {"fast@5m > 1", "5: 'fast' has its timeframe where it is defined, under indicators"},
      {"min(close, 1)@5m > 1", "14: a timeframe goes with a series or an indicator"},
      {"min(close, 1)[1] > 1", "15: looking back goes with a series or an indicator, such as close[1]"},
      {"min(close, 1).upper > 1", "15: 'min' has no outputs"},
      {"bands > 1", "1: 'bands' has several outputs: upper, middle, lower; did you mean 'bands.upper'?"},
      {"bb(2,1) > 1", "1: 'bb(2,1)' has several outputs: upper, middle, lower; did you mean 'bb(2,1).upper'?"},
      {"bands.uper > 1", "7: 'uper' is no output of bb; did you mean 'upper'?"},
      {"fast.upper > 1", "6: this indicator has one value and no outputs"},
      {"close.upper > 1", "7: 'close' is one series and has no outputs"},
      {"close@5m.upper > 1", "10: 'close' is one series and has no outputs"},
      {"bands.upper.lower > 1", "13: nothing may follow the output of an indicator"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.rule);
    CHECK(wrong(row.rule) == row.told);
  }
}

TEST_CASE("Mistakes of kind and count") {
  const Row rows[] = {
      {"close", "1: a condition is expected, and 'close' is a number"},
      {"close and open > 1", "1: 'and' takes conditions, and 'close' is a number"},
      {"open > 1 or close + 1", "13: 'or' takes conditions, and 'close + 1' is a number"},
      {"not close", "5: 'not' takes conditions, and 'close' is a number"},
      {"-(close > 1) > 1", "3: '-' takes numbers, and 'close > 1' is a condition"},
      {"1 + (close > 1) > 1", "6: '+' takes numbers, and 'close > 1' is a condition"},
      {"(close > 1) > 1", "2: '>' takes numbers, and 'close > 1' is a condition"},
      {"crosses_above(close > 1, 2)", "15: 'crosses_above' takes numbers, and 'close > 1' is a condition"},
      {"crosses_above(close)", "1: 'crosses_above' takes 2 numbers, not 1"},
      {"abs(close, 1) > 1", "1: 'abs' takes 1 number, not 2"},
      {"close > 'a'", "9: a text stands in advice(\"name\", default) only"},
      {"advice(mood, 0) > 1", "1: advice takes a name and the number that stands in for it; did you mean 'advice(\"name\", 0)'?"},
      {"advice(\"mood\", close) > 1", "16: a number or a parameter is expected here, not 'close'"},
      {"close[-1] > 1", "7: bars back must be a whole number from 0 to 10000, not -1"},
      {"close[1.5] > 1", "7: bars back must be a whole number from 0 to 10000, not 1.5"},
      {"close[10001] > 1", "7: bars back must be a whole number from 0 to 10000, not 10001"},
      {"close[fast] > 1", "7: a number or a parameter is expected here, not 'fast'"},
      {"ema(close, 0) > 1", "12: period of ema must be a whole number from 2 to 100000, not '0'; did you mean 'ema(30)'?"},
      {"ema(close, fast) > 1", "12: a number or a parameter is expected here, not 'fast'"},
      {"ema(3, 4) > 1", "8: ema(period) takes no more than 1 numbers; did you mean 'ema(30)'?"},
      {"macd(12, 26).line > 1", "1: macd(fast,slow,signal) takes 3 numbers, or none; did you mean 'macd(12,26,9)'?"},
      {"macd(26, 12, 9).line > 1", "10: slow of macd must be greater than fast; did you mean 'macd(12,26,9)'?"},
      {"atr(close, 14) > 1", "5: 'atr' reads whole bars, not one series; did you mean 'atr(period)'?"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.rule);
    CHECK(wrong(row.rule) == row.told);
  }
}

TEST_CASE("Mistakes of a definition") {
  using D = StrategyDefinition;
  CHECK(wrong_definition([](D& d) { d.strategy = {}; }) == "strategy:1: a strategy needs a name");
  CHECK(wrong_definition([](D& d) { d.roles = {}, d.rules = {}; }) ==
        "universe:1: a universe needs at least one role\nrules:1: a strategy without rules wishes for nothing");
  CHECK(wrong_definition([](D& d) { d.roles = {"main", "main"}; }) == "universe[1]:1: 'main' is a name already");
  CHECK(wrong_definition([](D& d) { d.roles = {"main", "BTC-USD"}; }) ==
        "universe[1]:1: 'BTC-USD' is no name: letters, digits and '_', a letter first");
  CHECK(wrong_definition([](D& d) { d.roles = {"main", "close"}; }) == "universe[1]:1: 'close' means something already and cannot be a name");
  CHECK(wrong_definition([](D& d) { for (int i = 0; i < 32; ++i) d.roles.push_back("r" + std::to_string(i)); }) == "universe:1: no more than 32 roles");
  CHECK(wrong_definition([](D& d) { d.anchor = "1x"; d.timeframes = {}; }) ==
        "timeframes.anchor:1: '1x' is no length of time such as 30s, 5m or 4h, up to 24h");
  CHECK(wrong_definition([](D& d) { d.anchor = "7m"; d.timeframes = {}; }) == "timeframes.anchor:1: '7m' does not divide a day");
  CHECK(wrong_definition([](D& d) { d.timeframes = {"90s"}; }) == "timeframes.coarser[0]:1: '90s' is no whole number of bars of the anchor, 1m");
  CHECK(wrong_definition([](D& d) { d.timeframes = {"5m", "30s"}; }) == "timeframes.coarser[1]:1: '30s' is no whole number of bars of the anchor, 1m");
  CHECK(wrong_definition([](D& d) { d.timeframes = {"5m", "5m"}; }) == "timeframes.coarser[1]:1: '5m' stands there already");
  CHECK(wrong_definition([](D& d) { d.timeframes = {"1w"}; }) ==
        "timeframes.coarser[0]:1: '1w' is no length of time such as 30s, 5m or 4h, up to 24h");
  CHECK(wrong_definition([](D& d) { d.zone = "Europe/Osloo"; }).starts_with("timeframes.zone:1: "));
  CHECK(wrong_definition([](D& d) { d.parameters[0].value = ParameterValue::whole(101); }) == "parameters.n.default:1: 101 is outside 1 to 100");
  CHECK(wrong_definition([](D& d) { d.parameters[0].maximum = {}; }) == "parameters.n.max:1: is below min, 1");
  CHECK(wrong_definition([](D& d) { d.parameters.push_back(d.parameters[0]); }) == "parameters.n:1: 'n' is a name already");
  CHECK(wrong_definition([](D& d) { d.indicators = {{"main", "ema(3)"}}; }) == "indicators.main:1: 'main' is a name already");
  CHECK(wrong_definition([](D& d) { d.indicators = {{"and", "ema(3)"}}; }) == "indicators.and:1: 'and' means something already and cannot be a name");
  CHECK(wrong_definition([](D& d) { d.rules[0].role = "mian"; }) == "rules.mian:1: 'mian' is no role of the universe; did you mean 'main'?");
  CHECK(wrong_definition([](D& d) { d.rules.push_back(d.rules[0]); }) == "rules.main:1: 'main' has its rules already");
  CHECK(wrong_definition([](D& d) { d.rules[0].long_when = "", d.rules[0].exit_when = "close > 1"; }) ==
        "rules.main:1: has neither long nor short, so it would never open");
  CHECK(wrong_definition([](D& d) { d.rate_limit = {1, 0}; }) == "rate_limit.per:1: must be a length of time above 0");
}

TEST_CASE("Mistakes of named indicators are told once, where they are defined") {
  const auto named = [](const std::string& expression) {
    return wrong_definition([&](StrategyDefinition& d) {
      d.indicators = {{"fast", expression}};
      d.rules[0].long_when = "fast > 1 and close > 1";
      d.rules[0].short_when = "fast < 1";
    });
  };
  CHECK(named("emma(3)") == "indicators.fast:1: 'emma' is neither a function nor an indicator; did you mean 'ema'?");
  CHECK(named("ema(close, $k)") == "indicators.fast:12: '$k' is no parameter");
  CHECK(named("close + 1") == "indicators.fast:1: an indicator is expected here, such as ema(close, 20)");
  CHECK(named("abs(close)") == "indicators.fast:1: an indicator is expected here, such as ema(close, 20)");
  CHECK(named("ema(3)[1]") == "indicators.fast:8: an indicator is named as a whole; look back where it is used: fast[1]");
  CHECK(named("ema(3)@2h") == "indicators.fast:7: '2h' is none of the timeframes; did you mean '1h'?");
}

TEST_CASE("All mistakes are told at once, one an expression, in the order of the definition") {
  CHECK(wrong_definition([](StrategyDefinition& d) {
          d.indicators = {{"a", "emma(3)"}, {"b", "rsi("}};
          d.rules = {{"main", "clsoe > 1", "open >", "", "", "close > 1", "", "1 +"}};
        }) ==
        "indicators.a:1: 'emma' is neither a function nor an indicator; did you mean 'ema'?\n"
        "indicators.b:5: a value is expected, not the end\n"
        "rules.main.long:1: 'clsoe' is not known; did you mean 'close'?\n"
        "rules.main.short:7: a value is expected, not the end\n"
        "rules.main.stop_loss_ratio:1: a number is expected, and 'close > 1' is a condition\n"
        "rules.main.confidence:4: a value is expected, not the end");
}

TEST_CASE("Parameters are bound within their bounds, and named") {
  const auto chosen = [](const std::string& name, const std::string& value) -> std::string {
    try {
      StrategyDefinition definition = sample();
      definition.parameters[0].name = "length";
      return strategy::bind(definition, {{name, ParameterValue::parse(value)}}).parameters[0].value.text();
    } catch (const strategy::Mistakes& mistakes) {
      return mistakes.found[0].place + ": " + mistakes.found[0].text();
    }
  };
  CHECK(chosen("length", "100") == "100");
  CHECK(chosen("length", "100.000000001") == "parameters.length: 100.000000001 is outside 1 to 100");
  CHECK(chosen("lenght", "3") == "parameters.lenght: 'lenght' is no parameter; did you mean 'length'?");
}

TEST_CASE("The hash of parameters is of their values, whatever their order") {
  StrategyDefinition a = sample(), b = sample();
  a.parameters = {{"x", ParameterValue::parse("1.50"), {}, ParameterValue::whole(9)}, {"y", {}, {}, {}}};
  b.parameters = {{"y", {}, {}, {}}, {"x", ParameterValue::parse("1.5"), {}, ParameterValue::whole(5)}};
  CHECK(strategy::params_hash_of(a) == strategy::params_hash_of(b));
  b.parameters[1].value = ParameterValue::parse("1.6");
  CHECK_FALSE(strategy::params_hash_of(a) == strategy::params_hash_of(b));
}
