#include "app/chains/option_chain_files.hpp"

#include <map>
#include <tuple>

#include "app/chains/chain_cells.hpp"

namespace tally {
namespace {

using namespace instruments;

constexpr std::int64_t bar_ns = 60 * ns_per_s;

// The part of a day that is over at a moment.
struct DaySoFar {
  std::int64_t start;
  Time at;

  bool has_bar(Time opened) const { return opened.ns >= start && opened.ns + bar_ns <= at.ns; }
  bool has(Time published) const { return published.ns >= start && published <= at; }
};

using ContractKey = std::tuple<Day, Price, Right>;
using Contracts = std::map<ContractKey, OptionRow>;

struct ContractColumns {
  explicit ContractColumns(const CsvFile& rows)
      : right(rows.required_column("right")), strike(rows.required_column("strike")), expiry(rows.required_column("expiry")) {}

  OptionRow& in(Contracts& contracts, const CsvFile& rows) const {
    const ContractKey key{day_cell(rows, expiry), decimal_cell<Price>(rows, strike), right_cell(rows, right)};
    OptionRow& row = contracts[key];
    std::tie(row.expiry, row.strike, row.right) = key;
    return row;
  }

  std::size_t right, strike, expiry;
};

void read_open_interest(const std::filesystem::path& file, const DaySoFar& day, Contracts& contracts) {
  CsvFile rows(file);
  const ContractColumns contract(rows);
  const std::size_t ts = rows.required_column("ts_utc"), figure = rows.required_column("open_interest");
  std::map<const OptionRow*, Time> published;
  while (rows.next()) {
    const Time at = time_cell(rows, ts);
    if (!day.has(at)) continue;
    OptionRow& row = contract.in(contracts, rows);
    const auto [known, fresh] = published.emplace(&row, at);
    if (!fresh && at < known->second) continue;
    known->second = at;
    row.open_interest = decimal_if<Quantity>(rows, figure);
  }
}

void read_quotes(const std::filesystem::path& file, const DaySoFar& day, Contracts& contracts) {
  CsvFile rows(file);
  const ContractColumns contract(rows);
  const std::size_t ts = rows.required_column("ts_utc");
  const std::size_t bid = rows.required_column("bid_close"), ask = rows.required_column("ask_close");
  while (rows.next()) {
    const Time opened = time_cell(rows, ts);
    if (!day.has_bar(opened)) continue;
    OptionRow& row = contract.in(contracts, rows);
    const Time complete = opened + bar_ns;
    if (row.quoted_at && complete < *row.quoted_at) continue;
    if (row.quoted_at == complete) rows.fail(InputProblem::contradiction, "the contract has two bars of this minute");
    row.quoted_at = complete;
    row.bid = decimal_if<Price>(rows, bid);
    row.ask = decimal_if<Price>(rows, ask);
  }
}

void read_trades(const std::filesystem::path& file, const DaySoFar& day, Contracts& contracts) {
  CsvFile rows(file);
  const ContractColumns contract(rows);
  const std::size_t ts = rows.required_column("ts_utc"), volume = rows.required_column("volume");
  while (rows.next()) {
    if (!day.has_bar(time_cell(rows, ts))) continue;
    OptionRow& row = contract.in(contracts, rows);
    row.volume = row.volume.value_or(Quantity{}) + decimal_cell<Quantity>(rows, volume);
  }
}

void read_underlying_bars(const std::filesystem::path& file, const DaySoFar& day, OptionChain& chain) {
  CsvFile rows(file);
  const std::size_t ts = rows.required_column("ts_utc"), close = rows.required_column("close");
  while (rows.next()) {
    const Time opened = time_cell(rows, ts);
    if (!day.has_bar(opened) || (chain.underlying_price && opened + bar_ns < chain.underlying_at)) continue;
    chain.underlying_price = decimal_cell<Price>(rows, close);
    chain.underlying_at = opened + bar_ns;
  }
}

OptionChain empty_chain(const std::string& underlying, Time at, const Zone& zone) {
  OptionChain chain;
  chain.underlying = ProductId(underlying);
  chain.at = at;
  chain.today = zone.day_number(at.ns);
  return chain;
}

}  // namespace

bool is_universe(const std::filesystem::path& chain) { return CsvFile(chain).column("file_date").has_value(); }

OptionChain read_minute_chain(const OptionChainFiles& files, const std::string& underlying, Time at, const Zone& zone) {
  OptionChain chain = empty_chain(underlying, at, zone);
  const DaySoFar day{zone.day_start(at.ns), at};
  Contracts contracts;
  read_quotes(files.chain, day, contracts);
  if (!files.open_interest.empty()) read_open_interest(files.open_interest, day, contracts);
  if (!files.trades.empty()) read_trades(files.trades, day, contracts);
  read_underlying_bars(files.underlying, day, chain);
  for (const auto& [key, row] : contracts) chain.rows.push_back(row);
  return chain;
}

OptionChain read_universe_chain(const OptionChainFiles& files, const std::string& underlying, Time at, const Zone& zone) {
  OptionChain chain = empty_chain(underlying, at, zone);
  CsvFile rows(files.chain);
  const ContractColumns contract(rows);
  const std::size_t date = rows.required_column("file_date"), volume = rows.required_column("volume");
  const std::size_t open_interest = rows.required_column("open_interest");
  const std::size_t volatility = rows.required_column("implied_volatility"), delta = rows.required_column("delta");
  while (rows.next()) {
    if (day_cell(rows, date) != chain.today) continue;
    Contracts one;
    OptionRow row = contract.in(one, rows);
    row.volume = decimal_if<Quantity>(rows, volume);
    row.open_interest = decimal_if<Quantity>(rows, open_interest);
    if (decimal_if<Ratio>(rows, volatility).value_or(Ratio{}) != Ratio{}) row.greeks.delta = decimal_if<Ratio>(rows, delta);
    chain.rows.push_back(row);  // one that is there twice stays there twice: the resolver says so
  }
  CsvFile prices(files.underlying);
  const std::size_t priced = prices.required_column("file_date"), close = prices.required_column("close");
  while (prices.next()) {
    if (day_cell(prices, priced) != chain.today) continue;
    chain.underlying_price = decimal_cell<Price>(prices, close);
    chain.underlying_at = {zone.day_start(at.ns)};
  }
  return chain;
}

}  // namespace tally
