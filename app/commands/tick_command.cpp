// tally bars: bars of recorded ticks, from a file or a tape, and what their feed was like. Needs no account.
#include <charconv>
#include <iostream>

#include "actors/bars/tick_bars.hpp"
#include "actors/market_data/tick_feed.hpp"
#include "app/commands/bar_options.hpp"
#include "app/commands/counters.hpp"
#include "app/commands/parsed.hpp"
#include "app/commands/tape_options.hpp"
#include "app/market/tick_file.hpp"
#include "app/rows_out.hpp"
#include "app/time_text.hpp"
#include "persistence/tape/tape_reader.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using TickBars = bars::TickBars<Price, Quantity>;

struct TicksAsked {
  std::string ticks, tape, product, to, zone, side, out, lateness = "5s", open = "first", volume_only, leave_out, stale = "1m";
};

// What the file's ticks came to, beside the feed's counters.
struct BarCounters {
  std::uint64_t bars = 0;
  std::uint64_t late = 0;             // ticks whose bar was final
  std::uint64_t left_out = 0;         // by --leave-out
  std::uint64_t volume_only = 0;      // by --volume-only
  std::uint64_t without_side = 0;     // quotes that say nothing of the side asked for
  std::uint64_t without_price = 0;    // buckets that had ticks, but no price
  // Of a tape: from a bar's end, by the venue's clock, to the moment, by ours, at which it was final. Left out: those that the
  // recording's end made final.
  std::int64_t final_after_ns_max = 0;
  std::uint64_t final_within_5s = 0;
};
BOOST_DESCRIBE_STRUCT(BarCounters, (),
                      (bars, late, left_out, volume_only, without_side, without_price, final_after_ns_max, final_within_5s))

std::uint32_t flags_option(const std::string& text, const char* option) {
  std::uint32_t flags = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), flags, 16);
  if (!text.empty() && (code != std::errc() || end != text.data() + text.size()))
    throw CommandFailed(exit_usage, std::string(option) + ": '" + text + "' are no condition flags, such as 20000020");
  return flags;
}

class BarsOfTicks {
 public:
  BarsOfTicks(const CommandLine& line, const TicksAsked& asked)
      : timeframe_(timeframe_of(asked.to, asked.zone)),
        volume_only_(flags_option(asked.volume_only, "--volume-only")),
        leave_out_(flags_option(asked.leave_out, "--leave-out")),
        side_(side_of(asked.side)),
        bars_(timeframe_, asked.lateness == "0s" ? 0 : length_option(asked.lateness, "--lateness"),
              asked.open == "standing" ? bars::Opening::standing : bars::Opening::first_tick),
        feed_(length_option(asked.stale, "--stale")) {
    if (asked.ticks.empty() == asked.tape.empty()) throw CommandFailed(exit_usage, "one of --ticks and --tape says which ticks");
    if (asked.tape.empty() != asked.product.empty()) throw CommandFailed(exit_usage, "--tape and --product go together");
    if (!asked.tape.empty()) {
      product_ = parsed<ProductId>(asked.product, "--product");
      tape_.emplace(asked.tape);
      quotes_ = side_.has_value();  // a tape holds both
    } else {
      file_.emplace(asked.ticks);
      quotes_ = file_->quotes();
      if (!quotes_ && side_) throw CommandFailed(exit_usage, "--side: " + asked.ticks + " holds trades, which have no side");
    }
    if (quotes_ && volume_only_ != 0)
      throw CommandFailed(exit_usage, "--volume-only: " + (file_ ? asked.ticks + " holds" : "--side means") + " quotes");
    const std::vector<std::string> columns{"timeframe", "bucket_start_utc", "open",  "high",
                                           "low",       "close",            "volume", "source_ticks"};
    out_.emplace(asked.out, asked.out.empty() && line.json ? RowsOut::Form::json : RowsOut::Form::csv, columns);
  }

  void read() {
    if (tape_) read_tape();
    else if (quotes_)
      for (market::QuoteTick quote; file_->next(quote);) add(quote);
    else
      for (market::TradeTick trade; file_->next(trade);) add(trade);
    now_.reset();
    bars_.finish([&](const TickBars::Bar& bar) { write(bar); });
    counters_.late = bars_.late();
    counters_.without_price = bars_.without_price();
    out_->finish();
  }

  void print_summary(const CommandLine& line) const {
    Table table({{"COUNTER"}, {"VALUE", true}});
    add_rows(table, counters_);
    add_rows(table, feed_.counters());
    add_rows(table, feed_.arrivals().counters());
    print(line, json::object{{"timeframe", timeframe_.name()}, {"bars", json_of_counters(counters_)},
                             {"ticks", json_of_counters(feed_.counters())},
                             {"arrivals", json_of_counters(feed_.arrivals().counters())}}, table);
  }
  std::uint64_t late() const { return counters_.late; }

 private:
  // A bar is final by the tape's time, too, which goes on where no tick of the product comes.
  void read_tape() {
    while (tape_->next()) {
      now_ = tape_->record().at;
      const Message message = message_of(tape_->record());
      if (const auto* trade = std::get_if<TradeTick>(&message); trade && !quotes_ && trade->product == product_) add(*trade);
      // Venues that state no time of a quote: then it is ours.
      if (const auto* quote = std::get_if<QuoteTick>(&message); quote && quotes_ && quote->product == product_) {
        market::QuoteTick timed = *quote;
        if (timed.at == Time{}) timed.at = timed.received_at;
        add(timed);
      }
      bars_.pass(now_->ns, [&](const TickBars::Bar& bar) { write(bar); });
    }
  }

  void add(const market::TradeTick& trade) {
    if (left_out(trade.conditions) || !feed_.take(trade)) return;
    std::optional<Price> price = trade.price;
    if ((trade.conditions & volume_only_) != 0) {
      ++counters_.volume_only;
      price.reset();
    }
    add(trade.at, price, trade.size);
  }

  void add(const market::QuoteTick& quote) {
    if (left_out(quote.conditions) || !feed_.take(quote)) return;
    std::optional<Price> price;
    if (side_ == QuoteSide::bid && quote.bid) price = quote.bid->price;
    if (side_ == QuoteSide::ask && quote.ask) price = quote.ask->price;
    if (!side_ || side_ == QuoteSide::middle) price = feed_.mid();
    if (price) add(quote.at, price, Quantity{});
    else ++counters_.without_side;
  }

  void add(Time at, const std::optional<Price>& price, Quantity volume) {
    bars_.add(at.ns, price, volume, [&](const TickBars::Bar& bar) { write(bar); });
  }

  bool left_out(std::uint32_t conditions) {
    if ((conditions & leave_out_) == 0) return false;
    ++counters_.left_out;
    return true;
  }

  void write(const TickBars::Bar& bar) {
    std::vector<RowCell> cells{{timeframe_.name(), false}, {iso_time({bar.bucket.start}), false}};
    for (const Price price : {bar.open, bar.high, bar.low, bar.close})
      cells.push_back({Written<Price>{price, file_ ? file_->price_decimals() : 0}.text(), false});
    cells.push_back({Written<Quantity>{bar.volume, quotes_ || !file_ ? 0 : file_->size_decimals()}.text(), false});
    cells.push_back({std::to_string(bar.source_bars), true});
    out_->row(cells);
    ++counters_.bars;
    if (!now_) return;
    const std::int64_t after = now_->ns - bar.bucket.end;
    counters_.final_after_ns_max = std::max(counters_.final_after_ns_max, after);
    counters_.final_within_5s += after <= 5 * ns_per_s;
  }

  bars::Timeframe timeframe_;
  std::uint32_t volume_only_, leave_out_;
  std::optional<QuoteSide> side_;
  TickBars bars_;
  market::TickFeed feed_;
  std::optional<TickFile> file_;
  std::optional<TapeReader> tape_;
  ProductId product_;
  bool quotes_ = false;
  std::optional<Time> now_;  // of the tape
  std::optional<RowsOut> out_;
  BarCounters counters_;
};

void bars_of(const CommandLine& line, const TicksAsked& asked) {
  BarsOfTicks ticks(line, asked);
  ticks.read();
  if (ticks.late() > 0) std::cerr << "tally: " << ticks.late() << " late ticks were left out: their bars were final\n";
  if (!asked.out.empty()) ticks.print_summary(line);
}

}  // namespace

void add_tick_command(Command app, CommandLine& line) {
  Command command = app.add_subcommand("bars", "Bars of recorded ticks, and what their feed was like (docs/market-data.md)");
  const auto asked = std::make_shared<TicksAsked>();
  command.add_option("--ticks", asked->ticks, "A CSV file of trades or quotes, plain or gzip");
  command.add_option("--tape", asked->tape, "Or a tape: trades of --product, or with --side its quotes");
  command.add_option("--product", asked->product, "Of the tape, e.g. BTC-USDT");
  command.add_option("--to", asked->to, "1s, 1m, 5m, 1h ... counted in UTC, or 1d").required();
  command.add_option("--zone", asked->zone, "Whose days 1d means, e.g. Europe/Oslo (default: UTC)");
  command.add_option("--side", asked->side, "Of quotes: bid, ask or mid (the default)")
      .one_of({"bid", "ask", "mid"});
  command.add_option("--open", asked->open, "What a bar opens with: its first tick (the default) or the price standing before it")
      .one_of({"first", "standing"});
  command.add_option("--lateness", asked->lateness, "How late a tick may come, e.g. 0s (default: 5s)");
  command.add_option("--volume-only", asked->volume_only, "Trades with any of these hexadecimal condition flags set no price");
  command.add_option("--leave-out", asked->leave_out, "Ticks with any of these hexadecimal condition flags do not count at all");
  command.add_option("--stale", asked->stale, "A longer silence is a stale interval (default: 1m)");
  command.add_option("--out", asked->out, "The CSV file to write (default: standard output)");
  command.add_flag("--json", line.json, "JSON: the summary with --out, the rows without");
  command.callback([asked, &line] {
    try {
      with_tape([&] { bars_of(line, *asked); });
    } catch (const InputError& error) {
      throw CommandFailed(exit_usage, error.what());
    }
  });
}

}  // namespace tally
