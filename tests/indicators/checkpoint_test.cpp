// A state that was written and read back continues as if nothing had happened.
#include "actors/indicators/moving_average.hpp"
#include "actors/indicators/spec.hpp"
#include "tests/catch.hpp"
#include "tests/indicators/random_bars.hpp"

using namespace tally::indicators;

namespace {

// A spec of every kind with short periods, so that a history of 60 bars goes round its windows several times.
const char* const short_specs[] = {
    "adx(3)",   "atr(3)",      "bb(4,2)",     "cci(5)",       "donchian(6)",       "ema(4)",   "macd(3,6,4)",
    "mfi(4)",   "minus_di(5)", "obv()",       "plus_di(4)",   "roc(3)",            "rsi(5)",   "sma(7)",
    "stoch(5,3,2)", "supertrend(4,1.5)", "trange()", "vwap(5)", "willr(6)",       "wma(5)",   "zscore(6)",
};

}  // namespace

TEST_CASE("Every kind is among those whose checkpoints are tried") {
  std::vector<std::string_view> tried;
  for (const char* text : short_specs) tried.push_back(Spec::parse(text).kind().name);
  std::vector<std::string_view> known;
  for (const Kind& kind : kinds()) known.push_back(kind.name);
  CHECK(tried == known);
}

TEST_CASE("Cut anywhere and resumed from its bytes, an indicator gives the same bits") {
  CHECK(rc::check("same bits after a cut", [] {
    const std::vector<Bar> bars = random_bars(60);
    const auto cut = *rc::gen::inRange<std::size_t>(0, bars.size() + 1);
    for (const char* text : short_specs) {
      const Spec spec = Spec::parse(text);
      const auto whole = spec.make();
      auto resumed = spec.make();
      for (std::size_t i = 0; i < bars.size(); ++i) {
        if (i == cut) resumed = spec.resumed(spec.checkpoint(*resumed));
        whole->update(bars[i]);
        resumed->update(bars[i]);
        RC_ASSERT(same(whole->values(), resumed->values()));
      }
      const auto at_end = spec.resumed(spec.checkpoint(*resumed));
      RC_ASSERT(same(whole->values(), at_end->values()));  // known before the next bar
      RC_ASSERT(spec.checkpoint(*whole) == spec.checkpoint(*at_end));
    }
  }));
}

TEST_CASE("A checkpoint of other parameters, of another kind, cut short or too long is refused") {
  const Spec spec = Spec::parse("rsi(14)");
  const std::string bytes = spec.checkpoint(*spec.make());
  CHECK(bytes.substr(0, bytes.find('\n')) == "indicator.rsi.v1 rsi(14)");
  CHECK_NOTHROW(spec.resumed(bytes));
  CHECK_THROWS_AS(Spec::parse("rsi(15)").resumed(bytes), StateError);
  CHECK_THROWS_AS(Spec::parse("ema(14)").resumed(bytes), StateError);
  CHECK_THROWS_AS(spec.resumed(""), StateError);
  CHECK_THROWS_AS(spec.resumed(bytes + '\0'), StateError);
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_THROWS_AS(spec.resumed(bytes.substr(0, size)), StateError);
}

TEST_CASE("A window that points beyond its end is refused") {
  const Spec spec = Spec::parse("sma(3)");
  std::string bytes = spec.checkpoint(*spec.make());
  bytes[bytes.find('\n') + 1] = '\3';  // the next cell, of three
  CHECK_THROWS_AS(spec.resumed(bytes), StateError);
}

TEST_CASE("Exact averages resume, too") {
  ExactSma average(3), resumed(3);
  for (const long units : {5L, -7L, 11L, 4'000'000'000'000'000'000L, 4'000'000'000'000'000'000L}) average.update(units);
  StateWriter out;
  out(average);
  const std::string bytes = out.take();
  StateReader in(bytes);
  in(resumed);
  in.finish();
  CHECK(resumed.compare(average) == 0);
  average.update(4'000'000'000'000'000'000);
  resumed.update(4'000'000'000'000'000'000);
  CHECK(resumed.value() == 4'000'000'000'000'000'000);
  CHECK(resumed.compare(average) == 0);
}
