// A recording of a venue's messages, Binance's form, read a message at a time.
//
// CSV, plain or gzip; one row a level, the rows of one message share `seq`, which grows. Columns that are read, by name:
//   seq, local_ts_ns       number of the message; our clock, ns since 1970
//   event                  depth | snapshot; book_ticker and trade are other streams of the same recording, read where asked for
//   exch_event_ms          the venue's clock; may be empty
//   first_update_id, final_update_id, prev_final_update_id   a snapshot has its id in final_update_id; prev_... of futures only
//   side, price, qty       b or a; absolute quantity, 0 removes the level
//   id, buyer_is_maker     of trades; 0 or 1
// Prices and quantities must fit 1e-9 exactly; what else is odd in them is for the book to judge. Everything wrong with the form
// is an InputError that names its line.
#pragma once

#include "actors/market_data/depth_feed.hpp"
#include "app/csv_file.hpp"

namespace tally {

class DepthFile {
 public:
  enum class Kind { update, snapshot, trade, quote };
  enum class Streams { book, all };

  static constexpr std::size_t message_levels_max = 100'000;

  explicit DepthFile(const std::filesystem::path& file, Streams streams = Streams::book);

  // The next message, in the function of its kind; nothing after the last.
  std::optional<Kind> next();
  const market::DepthUpdate& update() const { return update_; }
  const market::DepthSnapshot& snapshot() const { return snapshot_; }
  const TradeTick& trade() const { return trade_; }
  const QuoteTick& quote() const { return quote_; }
  std::uint64_t sequence_number() const { return seq_; }  // of that message

  // Messages of other streams that were skipped so far.
  std::uint64_t skipped() const { return skipped_; }
  // The most decimals that prices and quantities were written with so far.
  int price_decimals() const { return price_decimals_; }
  int quantity_decimals() const { return quantity_decimals_; }

 private:
  std::uint64_t number(std::size_t column, const char* name) const;
  Time event_time() const;
  void begin_message(Kind kind);
  void read_row(Kind kind);
  void read_level(std::vector<market::Level>& bids, std::vector<market::Level>& asks);
  void read_trade();
  void read_side();
  market::Level level();
  bool is_bid() const;

  CsvFile file_;
  std::size_t seq_column_, local_, event_, exchange_ms_, first_, final_, previous_, side_, price_, quantity_;
  std::optional<std::size_t> id_, buyer_is_maker_;
  bool all_streams_;
  bool row_ = false;  // the file stands on a row that is not used yet
  std::uint64_t seq_ = 0;
  std::optional<std::uint64_t> last_seq_;
  market::DepthUpdate update_;
  market::DepthSnapshot snapshot_;
  TradeTick trade_;
  QuoteTick quote_;
  std::uint64_t skipped_ = 0;
  int price_decimals_ = 0, quantity_decimals_ = 0;
};

}  // namespace tally
