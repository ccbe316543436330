// Ten symbols of 100,000 bars: the benchmark's W2 (SMA(10/30)) and MIX20 (twenty strategies: SMA(5+k/20+3k) and RSI(7+2k;
// 25+k/75-k), k = 0..9) through the whole pipeline, an account a strategy, beside the bare loop in the same run. Every event is
// encoded into memory.
//
// The answers are exact or the program fails: W2 38,961 fills, gross 17.6733, fee 777.886393; MIX20 460,288 fills, gross
// 326.9335, fee 9192.809789.
//
//   bench_mix20 [w2 | mix20] [BARS]    fewer bars a symbol are compared with the bare loop alone
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

#include "app/backtest/run.hpp"
#include "bench/bars.hpp"
#include "messages/stored.hpp"

using namespace tally;

namespace {

namespace fs = std::filesystem;
constexpr int symbols = 10;

// Of processor time: what else the machine does is not counted.
double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Rule {
  bool crossing = false;     // of two averages; else RSI(first) below `low` or above `high`
  int first = 0, second = 0;
  double low = 0, high = 0;

  std::string name() const { return (crossing ? "sma-" : "rsi-") + std::to_string(first); }
};

std::vector<Rule> rules_of(bool mix) {
  if (!mix) return {{true, 10, 30, 0, 0}};
  std::vector<Rule> rules;
  for (int k = 0; k < 10; ++k) {
    rules.push_back({true, 5 + k, 20 + 3 * k, 0, 0});
    rules.push_back({false, 7 + 2 * k, 0, 25.0 + k, 75.0 - k});
  }
  return rules;
}

struct Answer {
  std::int64_t fills = 0;
  Money gross, fee;

  void operator+=(const Answer& more) {
    fills += more.fills;
    gross += more.gross;
    fee += more.fee;
  }
};

// ---- the limit: indicators, a position of one, and what it realized

struct Position {
  std::int64_t gross = 0, fee = 0, entry = 0, fills = 0;
  int held = 0, wanted = 0;

  void open(std::int64_t price) {
    if (wanted == held) return;
    fee += price * 2;   // 2 bp of 1e-4, in 1e-8
    ++fills;
    if (wanted) entry = price;
    else gross += price - entry;
    held = wanted;
  }
  Answer answer() const {
    return {fills, Money::from_units(static_cast<Int128>(gross) * 100'000'000'000'000),
            Money::from_units(static_cast<Int128>(fee) * 10'000'000'000)};
  }
};

Answer bare_crossing(const std::vector<bench::Bar>& bars, int fast_length, int slow_length) {
  Position position;
  std::int64_t fast_sum = 0, slow_sum = 0, fast_before = 0, slow_before = 0;
  const auto f = static_cast<std::size_t>(fast_length), s = static_cast<std::size_t>(slow_length);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    position.open(bars[i].open);
    fast_sum += bars[i].close - (i >= f ? bars[i - f].close : 0);
    slow_sum += bars[i].close - (i >= s ? bars[i - s].close : 0);
    const std::int64_t fast = fast_sum * slow_length, slow = slow_sum * fast_length;
    if (i >= s) {
      if (fast_before <= slow_before && fast > slow) position.wanted = 1;
      else if (fast_before >= slow_before && fast < slow) position.wanted = 0;
    }
    fast_before = fast;
    slow_before = slow;
  }
  return position.answer();
}

Answer bare_rsi(const std::vector<bench::Bar>& bars, int length, double low, double high) {
  Position position;
  double gain = 0, loss = 0;
  const double one = 1.0 / length, rest = (length - 1.0) / length;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    position.open(bars[i].open);
    if (i == 0) continue;
    const auto change = static_cast<double>(bars[i].close - bars[i - 1].close);
    const double up = change > 0 ? change : 0, down = change < 0 ? -change : 0;
    const auto n = static_cast<std::size_t>(length);
    if (i < n) {
      gain += up;
      loss += down;
      continue;
    }
    gain = i == n ? (gain + up) / length : gain * rest + up * one;
    loss = i == n ? (loss + down) / length : loss * rest + down * one;
    if (100.0 * gain < low * (gain + loss)) position.wanted = 1;
    else if (100.0 * gain > high * (gain + loss)) position.wanted = 0;
  }
  return position.answer();
}

Answer bare_loop(const std::vector<std::vector<bench::Bar>>& all, const std::vector<Rule>& rules) {
  Answer answer;
  for (const auto& bars : all)
    for (const Rule& rule : rules)
      answer += rule.crossing ? bare_crossing(bars, rule.first, rule.second) : bare_rsi(bars, rule.first, rule.low, rule.high);
  return answer;
}

// ---- the pipeline

std::string product_name(int symbol) { return "W" + std::to_string(symbol); }

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The one-product account of bench/backtest_profile.yaml, with ten.
std::string profile_text() {
  std::string text = text_of("bench/backtest_profile.yaml"), products = "products:\n";
  for (int symbol = 0; symbol < symbols; ++symbol)
    products += "  - {product: " + product_name(symbol) + ", lot: 1, tick: 0.0001, multiplier: 1}\n";
  const auto begin = text.find("products:"), end = text.find("netting:");
  text.replace(begin, end - begin, products + "\n");
  const auto most = text.find("maxOpenPositions: 3");
  return text.replace(most, 19, "maxOpenPositions: 10");
}

// A role a symbol, the same rules in each. A stop one point away and 1.5 at risk make one lot at every price.
std::string strategy_text(const Rule& rule) {
  std::string text = "strategy: " + rule.name() + "\nuniverse: [";
  for (int symbol = 0; symbol < symbols; ++symbol) text += (symbol ? ", s" : "s") + std::to_string(symbol);
  text += "]\ntimeframes: {anchor: 1m}\nindicators:\n";
  if (rule.crossing)
    text += "  fast: sma(close, " + std::to_string(rule.first) + ")\n  slow: sma(close, " + std::to_string(rule.second) + ")\n";
  else text += "  strength: rsi(" + std::to_string(rule.first) + ")\n";
  text += "rules:\n";
  for (int symbol = 0; symbol < symbols; ++symbol) {
    text += "  s" + std::to_string(symbol) + ":\n";
    if (rule.crossing) text += "    long: crosses_above(fast, slow)\n    flat: crosses_below(fast, slow)\n";
    else
      text += "    long: strength < " + std::to_string(static_cast<int>(rule.low)) + "\n    flat: strength > " +
              std::to_string(static_cast<int>(rule.high)) + "\n";
    text += "    stop_loss_ratio: 1 / close\n";
  }
  return text;
}

std::string config_text(const Rule& rule) {
  std::string text = "backtest: " + rule.name() +
                     "\nprofile: profile.yaml\ntimeframe: 1m\nmode: matches-only\nstrategies:\n  - file: " + rule.name() +
                     ".yaml\n    bind: {";
  for (int symbol = 0; symbol < symbols; ++symbol)
    text += (symbol ? ", s" : "s") + std::to_string(symbol) + ": " + product_name(symbol);
  text += "}\nbars:\n";
  for (int symbol = 0; symbol < symbols; ++symbol)
    text += "  - {product: " + product_name(symbol) + ", file: none.csv}\n";  // never read
  text += "investors: [{investor: one, deposit: 10000000}]\nsubscriptions:\n";
  for (int symbol = 0; symbol < symbols; ++symbol)
    text +=
        "  - {subscription: " + product_name(symbol) + ", investor: one, source: " + rule.name() +
        ", product: " + product_name(symbol) +
        ", capital: 1000000, riskFraction: 1, leverageMax: 1, lossMax: 1.5, notionalMax: none, stopRequired: true, active: true}\n";
  return text;
}

// In the order of closing, and of symbols within a minute.
std::vector<backtest::MarketChunk> chunks_of(const std::vector<std::vector<bench::Bar>>& all) {
  const auto price = [](std::int64_t units) { return Price::from_units(units * 100'000); };
  std::vector<backtest::MarketChunk> chunks;
  for (std::size_t i = 0; i < all.front().size(); ++i) {
    if (i % 1'024 == 0) chunks.emplace_back();
    for (int symbol = 0; symbol < symbols; ++symbol) {
      const bench::Bar& bar = all[static_cast<std::size_t>(symbol)][i];
      const Time opened{bar.at * ns_per_s};
      chunks.back().bars.push_back({ProductId(product_name(symbol)), price(bar.open), price(bar.high), price(bar.low),
                                    price(bar.close), Quantity::whole(bar.volume), opened, opened + 60 * ns_per_s});
      chunks.back().series.push_back(static_cast<std::uint32_t>(symbol));
    }
  }
  return chunks;
}

struct Encoded {
  std::uint64_t entries = 0, events = 0, bytes = 0;
};

Answer pipeline(const backtest::Config& config, const std::vector<backtest::MarketChunk>& chunks, Encoded& written) {
  static std::vector<std::byte> arena;   // the events of one account, kept in memory
  arena.clear();
  Answer answer;
  backtest::Run::Listeners listeners;
  listeners.record.segment = [&](const Trade&, const Segment& segment) { answer.gross += segment.match.realized; };
  listeners.journal = [&](Symbol, const Entry& entry) {
    ++written.entries;
    written.events += entry.events.size();
    store_entry(entry, arena);
  };
  std::vector<strategy::ProgramPtr> programs;
  for (const backtest::StrategyChoice& choice : config.strategies) programs.push_back(choice.program);
  backtest::Run run(config, std::move(programs), "bench", std::move(listeners));
  for (const backtest::MarketChunk& chunk : chunks) run.take(chunk);
  run.finish();
  written.bytes += arena.size();
  answer.fills = static_cast<std::int64_t>(run.record().happened().fills);
  answer.fee = run.record().fees();
  return answer;
}

bool report(const char* name, bool mix, std::size_t count) {
  const std::vector<Rule> rules = rules_of(mix);
  std::vector<std::vector<bench::Bar>> all;
  for (int symbol = 0; symbol < symbols; ++symbol) all.push_back(bench::generate_bars(static_cast<std::uint64_t>(symbol), count));
  const auto chunks = chunks_of(all);
  const fs::path place = fs::temp_directory_path() / ("tally-mix20-" + std::to_string(std::time(nullptr)));
  fs::create_directories(place);
  std::ofstream(place / "profile.yaml") << profile_text();
  std::vector<backtest::Config> configs;
  for (const Rule& rule : rules) {
    std::ofstream(place / (rule.name() + ".yaml")) << strategy_text(rule);
    configs.push_back(backtest::read_config_text(config_text(rule), place / "backtest.yaml"));
  }
  fs::remove_all(place);

  constexpr int repeats = 5;   // of what takes milliseconds
  double began = seconds();
  Answer expected;
  for (int i = 0; i < repeats; ++i) expected = bare_loop(all, rules);
  const double bare = (seconds() - began) / repeats;
  began = seconds();
  Answer found;
  Encoded written;
  for (const backtest::Config& config : configs) found += pipeline(config, chunks, written);
  const double whole = seconds() - began;

  const double evaluations = static_cast<double>(count) * symbols * static_cast<double>(rules.size());
  std::printf("%s, %zu bars of %d symbols, %zu strategies: %lld fills, gross %s, fee %s\n", name, count, symbols, rules.size(),
              static_cast<long long>(found.fills), found.gross.text().c_str(), found.fee.text().c_str());
  std::printf("  %llu entries, %llu events, %.1f MB encoded\n", static_cast<unsigned long long>(written.entries),
              static_cast<unsigned long long>(written.events), static_cast<double>(written.bytes) / 1e6);
  std::printf("  bare loop       %8.2f M evaluations/s\n", evaluations / bare / 1e6);
  std::printf("  whole pipeline  %8.2f M evaluations/s  %.4f of the bare loop, %.1f us a fill\n", evaluations / whole / 1e6,
              bare / whole, whole / static_cast<double>(found.fills) * 1e6);
  bool exact = found.fills == expected.fills && found.gross == expected.gross && found.fee == expected.fee;
  if (count == 100'000) {   // what the workload states
    const Answer stated = mix ? Answer{460'288, Money::parse("326.9335"), Money::parse("9192.809789")}
                              : Answer{38'961, Money::parse("17.6733"), Money::parse("777.886393")};
    const auto rounded = [](Money fee) { return (fee.units() + 500'000'000'000) / 1'000'000'000'000; };   // to six decimals
    exact = exact && found.fills == stated.fills && found.gross == stated.gross && rounded(found.fee) == rounded(stated.fee);
  }
  if (!exact)
    std::printf("  NOT EXACT: the bare loop has %lld fills, gross %s, fee %s\n", static_cast<long long>(expected.fills),
                expected.gross.text().c_str(), expected.fee.text().c_str());
  return exact;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view which = argc > 1 ? argv[1] : "";
  const std::size_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
  if (count < 100 || (!which.empty() && which != "w2" && which != "mix20")) {
    std::fprintf(stderr, "bench_mix20 [w2 | mix20] [BARS]; at least 100 bars\n");
    return 2;
  }
  bool exact = true;
  if (which != "mix20") exact = report("W2", false, count) && exact;
  if (which != "w2") exact = report("MIX20", true, count) && exact;
  return exact ? 0 : 1;
}
