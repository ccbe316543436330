// Options as recordings: minutes of quotes and trades, open interest, and universe files.
#include <algorithm>
#include <map>

#include "actors/calendar/zone.hpp"
#include "app/chains/chain_cells.hpp"
#include "app/market/recording.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t minute_ns = 60 * ns_per_s;
constexpr std::size_t option_rows_max = 2'000'000;  // held at a time: 0.5 GB

struct OptionSource {
  OptionSource(const fs::path& file, VenueId venue, ProductId underlying)
      : rows(file),
        stamp(rows.required_column("ts_utc")),
        right(rows.required_column("right")),
        strike(rows.required_column("strike")),
        expiry(rows.required_column("expiry")),
        bid(rows.column("bid_close")),
        ask(rows.column("ask_close")),
        bid_size(rows.column("bid_size")),
        ask_size(rows.column("ask_size")),
        close(rows.column("close")),
        volume(rows.column("volume")),
        open_interest(rows.column("open_interest")) {
    if (!(bid && ask) && !(close && volume) && !open_interest)
      throw InputError(InputProblem::missing_column, file.string(), 1,
                       "has no header of options: bid_close,ask_close or close,volume or open_interest");
    tick.venue = venue;
    tick.underlying = underlying;
    tick.quoted = bid && ask;
  }

  std::optional<OptionTick> next() {
    if (!rows.next()) return std::nullopt;
    tick.expiry = day_cell(rows, expiry);
    tick.strike = decimal_cell<Price>(rows, strike);
    tick.right = right_cell(rows, right);
    tick.at = time_cell(rows, stamp) + (open_interest ? 0 : minute_ns);
    tick.received_at = tick.at;
    if (tick.quoted) {
      tick.bid = level(*bid, bid_size);
      tick.ask = level(*ask, ask_size);
    } else if (open_interest) {
      tick.open_interest = decimal_if<Quantity>(rows, *open_interest);
    } else {
      tick.trade = level(*close, volume);
    }
    return tick;
  }

  std::optional<PriceLevel> level(std::size_t price, const std::optional<std::size_t>& size) const {
    const auto said = decimal_if<Price>(rows, price);
    if (!said) return std::nullopt;
    return PriceLevel{*said, size ? decimal_if<Quantity>(rows, *size).value_or(Quantity{}) : Quantity{}};
  }

  CsvFile rows;
  std::size_t stamp, right, strike, expiry;
  std::optional<std::size_t> bid, ask, bid_size, ask_size, close, volume, open_interest;
  OptionTick tick;
};

using DailyPrices = std::map<instruments::Day, Price>;

DailyPrices read_prices(const fs::path& file) {
  DailyPrices prices;
  if (file.empty()) return prices;
  CsvFile rows(file);
  const std::size_t date = rows.required_column("file_date"), close = rows.required_column("close");
  while (rows.next()) prices[day_cell(rows, date)] = decimal_cell<Price>(rows, close);
  return prices;
}

struct UniverseSource {
  UniverseSource(const fs::path& file, const fs::path& underlying_prices, VenueId venue_, ProductId underlying_,
                 const std::string& zone_)
      : rows(file), prices(read_prices(underlying_prices)), zone(zone_), venue(venue_), underlying(underlying_) {
    for (const char* const name : {"file_date", "expiry", "strike", "right", "volume", "open_interest", "implied_volatility",
                                   "delta", "gamma", "vega", "theta", "rho"})
      columns.push_back(rows.required_column(name));
    waiting = rows.next();
  }

  std::optional<Message> next() {
    if (!waiting) return std::nullopt;
    OptionChainSnapshot chain;
    chain.venue = venue;
    chain.underlying = underlying;
    chain.today = day_cell(rows, columns[0]);
    if (last && chain.today <= *last)
      rows.fail(InputProblem::out_of_order, "file_date " + date_text(chain.today) + " after " + date_text(*last));
    last = chain.today;
    chain.at = chain.received_at = chain.underlying_at = {zone.start_of(chain.today)};
    if (const auto price = prices.find(chain.today); price != prices.end()) chain.underlying_price = price->second;
    do {
      chain.rows.push_back(row());
      waiting = rows.next();
    } while (waiting && day_cell(rows, columns[0]) == chain.today);
    return chain;
  }

  // An implied volatility of zero says that none was found; the greeks beside it are none.
  OptionRow row() const {
    OptionRow row;
    row.expiry = day_cell(rows, columns[1]);
    row.strike = decimal_cell<Price>(rows, columns[2]);
    row.right = right_cell(rows, columns[3]);
    row.volume = decimal_if<Quantity>(rows, columns[4]);
    row.open_interest = decimal_if<Quantity>(rows, columns[5]);
    const auto volatility = decimal_if<Ratio>(rows, columns[6]);
    if (volatility.value_or(Ratio{}) == Ratio{}) return row;
    row.greeks = {volatility,
                  decimal_if<Ratio>(rows, columns[7]),
                  decimal_if<Ratio>(rows, columns[8]),
                  decimal_if<Ratio>(rows, columns[9]),
                  decimal_if<Ratio>(rows, columns[10]),
                  decimal_if<Ratio>(rows, columns[11])};
    return row;
  }

  CsvFile rows;
  DailyPrices prices;
  Zone zone;
  VenueId venue;
  ProductId underlying;
  std::vector<std::size_t> columns;
  bool waiting = false;
  std::optional<instruments::Day> last;
};

}  // namespace

// Such files go contract by contract, so that all rows are held and put into the order of time.
Recording option_recording(const fs::path& file, VenueId venue, ProductId underlying) {
  OptionSource source(file, venue, underlying);
  auto ticks = std::make_shared<std::vector<OptionTick>>();
  while (auto tick = source.next()) {
    if (ticks->size() == option_rows_max)
      source.rows.fail(InputProblem::out_of_range, "more than " + std::to_string(option_rows_max) + " rows in one file");
    ticks->push_back(std::move(*tick));
  }
  std::stable_sort(ticks->begin(), ticks->end(), [](const OptionTick& a, const OptionTick& b) { return a.at < b.at; });
  return [ticks, next = std::size_t{0}]() mutable -> std::optional<Message> {
    if (next == ticks->size()) return std::nullopt;
    return (*ticks)[next++];
  };
}

Recording universe_recording(const fs::path& file, const fs::path& prices, VenueId venue, ProductId underlying,
                             const std::string& zone) {
  return [source = std::make_shared<UniverseSource>(file, prices, venue, underlying, zone)] { return source->next(); };
}

}  // namespace tally
