// tally book: the book of a recording, as it was at some time, and what its feed was like. Needs no account.
#include <iostream>

#include "app/commands/bar_options.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/counters.hpp"
#include "app/market/depth_file.hpp"
#include "app/rows_out.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using market::DepthFeed;
using market::Level;
using market::Levels;

struct BookAsked {
  std::string depth, at, out, stale = "5s";
  std::size_t top = 5, levels_max = market::OrderBook::levels_max_default;
};

// Prices and quantities with the decimals of their file.
class LevelText {
 public:
  explicit LevelText(const DepthFile& file) : file_(file) {}
  std::string price(const Level& level) const { return Written<Price>{level.price, file_.price_decimals()}.text(); }
  std::string quantity(const Level& level) const { return Written<Quantity>{level.quantity, file_.quantity_decimals()}.text(); }

 private:
  const DepthFile& file_;
};

std::string name_of(auto value) { return boost::describe::enum_to_string(value, "?"); }

// The book after the last update of each whole second of our clock.
class Seconds {
 public:
  Seconds(const BookAsked& asked, const DepthFile& file)
      : top_(asked.top), text_(file), out_(asked.out, RowsOut::Form::csv, columns(asked.top)) {}

  // A message of time `next` comes; so far the book is that of update `last`.
  void before(Time next, const DepthFeed& feed) {
    if (due_ && next.ns / ns_per_s != due_->at.ns / ns_per_s) write(feed);
  }
  void applied(std::uint64_t seq, Time at) { due_ = {seq, at}; }
  void finish(const DepthFeed& feed) {
    if (due_) write(feed);
    out_.finish();
  }
  std::size_t rows() const { return rows_; }

 private:
  struct Due {
    std::uint64_t seq;
    Time at;
  };

  static std::vector<std::string> columns(std::size_t top) {
    std::vector<std::string> names{"seq", "local_ts_ns", "final_update_id", "bid_levels", "ask_levels"};
    for (const std::string side : {"bid", "ask"})
      for (std::size_t i = 1; i <= top; ++i)
        for (const char* const cell : {"_px", "_qty"}) names.push_back(side + std::to_string(i) + cell);
    return names;
  }

  void write(const DepthFeed& feed) {
    const Due due = *due_;
    due_.reset();
    if (feed.state() != market::FeedState::synchronized) return;
    const auto number = [](auto value) { return RowCell{std::to_string(value), true}; };
    const market::OrderBook& book = feed.book();
    cells_ = {number(due.seq), number(due.at.ns), number(feed.last_update_id()), number(book.bids().size()),
              number(book.asks().size())};
    for (const Levels* levels : {&book.bids(), &book.asks()})
      for (std::size_t i = 0; i < top_; ++i) {
        const bool there = i < levels->size();
        cells_.push_back({there ? text_.price((*levels)[i]) : "", false});
        cells_.push_back({there ? text_.quantity((*levels)[i]) : "", false});
      }
    out_.row(cells_);
    ++rows_;
  }

  std::size_t top_;
  LevelText text_;
  RowsOut out_;
  std::optional<Due> due_;
  std::vector<RowCell> cells_;
  std::size_t rows_ = 0;
};

Time until_of(const std::string& at) {
  if (at.empty()) return {INT64_MAX};
  try {
    return time_of_iso(at);
  } catch (const TimeError& error) {
    throw CommandFailed(exit_usage, std::string("--at: ") + error.what());
  }
}

void print_book(const CommandLine& line, const BookAsked& asked, const DepthFile& file, const DepthFeed& feed, std::uint64_t seq,
                std::size_t rows) {
  const LevelText text(file);
  const market::OrderBook& book = feed.book();
  const auto mid = book.mid();
  const auto& last = feed.arrivals().last();
  const bool whole = book.bids().whole(std::min(asked.top, std::max<std::size_t>(book.bids().size(), 1))) &&
                     book.asks().whole(std::min(asked.top, std::max<std::size_t>(book.asks().size(), 1)));
  if (line.json) {
    const auto side = [&](const Levels& levels) {
      json::array out;
      for (std::size_t i = 0; i < std::min(asked.top, levels.size()); ++i)
        out.push_back(json::array{text.price(levels[i]), text.quantity(levels[i])});
      return out;
    };
    json::object out{{"state", name_of(feed.state())}, {"seq", seq},
                     {"at", last ? json::value(exact_iso_time(*last)) : json::value()}, {"last_update_id", feed.last_update_id()},
                     {"book", name_of(book.state())}, {"mid", mid ? json::value(mid->text()) : json::value()},
                     {"hash", std::to_string(book.hash())},
                     {"whole", whole}, {"bid_levels", book.bids().size()}, {"ask_levels", book.asks().size()},
                     {"bids", side(book.bids())}, {"asks", side(book.asks())}, {"depth", json_of_counters(feed.counters())},
                     {"arrivals", json_of_counters(feed.arrivals().counters())}, {"other_messages", file.skipped()}};
    if (!asked.out.empty()) out["rows"] = rows;
    return print_json(out);
  }
  Table levels({{"LEVEL", true}, {"BID QUANTITY", true}, {"BID", true}, {"ASK", true}, {"ASK QUANTITY", true}});
  for (std::size_t i = 0; i < std::min(asked.top, std::max(book.bids().size(), book.asks().size())); ++i) {
    std::vector<std::string> cells{std::to_string(i + 1), "", "", "", ""};
    if (i < book.bids().size()) {
      cells[1] = text.quantity(book.bids()[i]);
      cells[2] = text.price(book.bids()[i]);
    }
    if (i < book.asks().size()) {
      cells[3] = text.price(book.asks()[i]);
      cells[4] = text.quantity(book.asks()[i]);
    }
    levels.row(std::move(cells));
  }
  levels.print(std::cout, on_terminal());
  std::cout << '\n' << name_of(feed.state()) << " at update " << feed.last_update_id() << ", "
            << (last ? exact_iso_time(*last) : "no message")
            << "; " << name_of(book.state()) << ", mid " << (mid ? mid->text() : "none") << "; "
            << book.bids().size() << " bid and " << book.asks().size() << " ask levels\n\n";
  if (!whole) std::cout << "These levels reach the horizon of those that were kept: between them others may be missing.\n\n";
  Table counters({{"COUNTER"}, {"VALUE", true}});
  add_rows(counters, feed.counters());
  add_rows(counters, feed.arrivals().counters());
  counters.print(std::cout, on_terminal());
  if (!asked.out.empty()) std::cout << '\n' << rows << " rows to " << asked.out << '\n';
}

void replay(CommandLine& line, const BookAsked& asked) {
  const Time until = until_of(asked.at);
  market::DepthLimits limits;
  limits.levels_max = asked.levels_max;
  limits.stale_after_ns = length_option(asked.stale, "--stale");
  DepthFile file(asked.depth);
  std::optional<Seconds> seconds;
  if (!asked.out.empty()) seconds.emplace(asked, file);

  DepthFeed feed(limits);
  std::uint64_t seq = 0;
  for (auto kind = file.next(); kind; kind = file.next()) {
    const bool update = *kind == DepthFile::Kind::update;
    const Time at = update ? file.update().received_at : file.snapshot().received_at;
    if (at > until) break;
    if (seconds) seconds->before(at, feed);
    seq = file.sequence_number();
    if (!update) feed.take(file.snapshot());
    else if (feed.take(file.update()) == DepthFeed::Taken::applied && seconds) seconds->applied(seq, at);
  }
  if (seconds) seconds->finish(feed);
  print_book(line, asked, file, feed, seq, seconds ? seconds->rows() : 0);
  if (feed.state() == market::FeedState::synchronized) return;
  std::cerr << "tally: the book is not that of the market: " << name_of(feed.state()) << '\n';
  line.exit_code = exit_differs;
}

}  // namespace

void add_book_command(Command app, CommandLine& line) {
  Command command =
      app.add_subcommand("book", "The order book of a recording, and what its feed was like (docs/market-data.md)");
  const auto asked = std::make_shared<BookAsked>();
  command.add_option("--depth", asked->depth, "A CSV file of snapshots and updates, plain or gzip").required();
  command.add_option("--top", asked->top, "How many levels of each side (default: 5)").within(1, 1'000);
  command.add_option("--at", asked->at, "The book as it was then, e.g. 2024-08-08T23:54:30Z (default: in the end)");
  command.add_option("--levels-max", asked->levels_max, "The most levels a side that are kept (default: 10000)")
      .within(1, 1'000'000);
  command.add_option("--stale", asked->stale, "A longer silence is a stale interval (default: 5s)");
  command.add_option("--out", asked->out, "Write the book after the last update of each second to this CSV file");
  command.add_flag("--json", line.json, "Print JSON instead of tables");
  command.callback([asked, &line] {
    try {
      replay(line, *asked);
    } catch (const InputError& error) {
      throw CommandFailed(exit_usage, error.what());
    }
  });
}

}  // namespace tally
