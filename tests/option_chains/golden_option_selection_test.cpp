// Both files of golden_option_selection, every cell: the chain with ranks and filters, and the first choice out of the money.
#include <map>
#include <set>

#include "actors/instrument_resolver/option_resolver.hpp"
#include "app/chains/option_chain_files.hpp"
#include "app/shortest_text.hpp"
#include "app/time_text.hpp"
#include "messages/written.hpp"
#include "tests/recorded_bars/program.hpp"

using namespace tally;
using namespace tally::instruments;

namespace {

const std::filesystem::path golden = recorded / "golden_option_selection";

OptionChainFiles twx_files() {
  const std::filesystem::path options = recorded / "options/TWX_2014-06";
  OptionChainFiles files;
  files.chain = options / "TWX_2014-06_minute_quote.csv.gz";
  files.open_interest = options / "TWX_2014-06_minute_openinterest.csv.gz";
  files.underlying = recorded / "bars_1m/equity_us/TWX_trade_2014-06-05_2014-06-23.csv.gz";
  return files;
}

// The manifest's limits.
OptionRule golden_rule(Day expiry, Right right) {
  OptionRule rule;
  rule.right = right;
  rule.expiry.on = expiry;
  rule.choice = rank_of("otm:1+");
  rule.liquidity.spread_max = Ratio::parse("0.10");
  rule.liquidity.open_interest_min = Quantity::whole(100);
  return rule;
}

std::string cell(const std::optional<Price>& price) { return price ? Written<Price>{*price, 4}.text() : ""; }

// Middle and spread over middle, the latter as the nearest double; both empty without a two-sided quote.
std::string middle_cells(const Considered& item) {
  for (const Rejected failed : item.failed)
    if (failed == Rejected::quote_missing || failed == Rejected::not_two_sided) return ",";
  const auto spread = item.row.ask->units() - item.row.bid->units(), sum = item.row.ask->units() + item.row.bid->units();
  REQUIRE(sum % 2 == 0);
  return Written<Price>{Price::from_units(sum / 2), 4}.text() + ',' +
         (spread == 0 ? "0.0" : shortest_text(static_cast<double>(2 * spread) / static_cast<double>(sum)));
}

std::string failed_cell(const Considered& item) {
  static const std::map<Rejected, std::string> words = {{Rejected::quote_missing, "no_two_sided_quote"},
                                                        {Rejected::not_two_sided, "no_two_sided_quote"},
                                                        {Rejected::spread_too_wide, "spread"},
                                                        {Rejected::open_interest_too_low, "open_interest"}};
  std::string list;
  for (const Rejected failed : item.failed) list += (list.empty() ? "" : ";") + words.at(failed);
  return list;
}

// A contract as the golden file writes it.
std::string golden_line(const OptionChain& chain, const OptionEvidence& seen, const Considered& item) {
  const OptionRow& row = item.row;
  return iso_time(chain.at) + ',' + cell(chain.underlying_price) + ',' + date_text(row.expiry) + ',' +
         std::to_string(row.expiry - chain.today) + (row.right == Right::call ? ",C," : ",P,") + cell(row.strike) + ',' +
         cell(seen.at_the_money) + ',' + std::to_string(item.rank) + ',' + cell(row.bid) + ',' + cell(row.ask) + ',' +
         middle_cells(item) + ',' + row.open_interest.value_or(Quantity{}).text() + (item.failed.empty() ? ",1," : ",0,") +
         failed_cell(item);
}

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  TextLines lines(file);
  std::vector<std::string> all;
  for (std::string line; lines.next(line);) all.push_back(line);
  return all;
}

}  // namespace

TEST_CASE("The chain of TWX equals golden_option_selection in every cell, and so does the first choice out of the money") {
  if (recordings_are_missing("golden_option_selection")) return;
  const std::vector<std::string> contracts = lines_of(golden / "TWX_2014-06_chain.csv.gz");
  const std::vector<std::string> choices = lines_of(golden / "TWX_2014-06_first_otm.csv");
  REQUIRE(contracts.size() == 737);
  REQUIRE(choices.size() == 41);
  std::set<std::string> moments;
  for (std::size_t i = 1; i < contracts.size(); ++i) moments.insert(contracts[i].substr(0, contracts[i].find(',')));

  std::size_t contract = 0, choice = 0;
  for (const std::string& moment : moments) {
    const OptionChain chain = read_minute_chain(twx_files(), "TWX", time_of_iso(moment), Zone("America/New_York"));
    std::set<Day> expiries;
    for (const OptionRow& row : chain.rows) expiries.insert(row.expiry);
    for (const Day expiry : expiries)
      for (const Right right : {Right::call, Right::put}) {
        const OptionResolution resolution = resolve(chain, golden_rule(expiry, right));
        for (const Considered& item : resolution.evidence.considered)
          CHECK(golden_line(chain, resolution.evidence, item) == contracts.at(++contract));
        std::string line = moment + ',' + date_text(expiry) + ',' + std::to_string(expiry - chain.today) +
                           (right == Right::call ? ",C," : ",P,") + cell(resolution.evidence.at_the_money);
        if (resolution.chosen)
          line += ',' + std::to_string(resolution.chosen->rank) + ',' + cell(resolution.chosen->row.strike) + ',' +
                  cell(resolution.chosen->row.bid) + ',' + cell(resolution.chosen->row.ask);
        else line += ",,,,";
        CHECK(line == choices.at(++choice));
        CHECK((resolution.chosen || resolution.rejected == Rejected::none_passes));
      }
  }
  CHECK(contract + 1 == contracts.size());
  CHECK(choice + 1 == choices.size());
}
