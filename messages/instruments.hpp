// What the instrument resolver found, or why nothing: with all that it looked at, so that a choice can be judged afterwards.
#pragma once

#include "messages/market_data.hpp"
#include "messages/strategies.hpp"

namespace tally {

// A contract of the chosen expiry and right, or a future of the chain, and every filter that it fails, in the order of the table
// of rules (docs/instrument-resolver-rules.md). Prices in the quote currency, quantities in contracts; missing is unknown.
struct ConsideredContract {
  std::string name;                      // "TWX-2014-06-21-C-72.5", "ES-2013-12-20"
  std::int64_t expiry = 0;               // days since 1970-01-01
  std::optional<Price> strike;           // of options
  std::optional<OptionRight> right;      // of options
  std::optional<std::int64_t> rank;      // of options: 0 at the money, 1, 2 ... out of it, below 0 in it
  std::optional<Price> bid, ask;
  std::optional<Price> price;            // of futures
  std::optional<Time> quoted_at;
  std::optional<Quantity> open_interest, volume;
  std::optional<Ratio> delta;
  std::vector<RuleId> failed;
};
BOOST_DESCRIBE_STRUCT(ConsideredContract, (),
                      (name, expiry, strike, right, rank, bid, ask, price, quoted_at, open_interest, volume, delta, failed))

struct ResolutionEvidence {
  std::int64_t today = 0;                // at the exchange, days since 1970-01-01
  std::optional<Price> underlying_price;
  std::optional<Time> underlying_at;
  std::uint64_t contracts = 0;           // of the chain, that have not expired
  std::uint64_t quoted = 0;              // of these
  std::vector<std::int64_t> expiries;    // of these, ascending, days since 1970-01-01
  std::optional<std::int64_t> expiry;    // the chosen one
  std::optional<Price> at_the_money;     // its strike nearest to the underlying's price
  std::vector<ConsideredContract> considered;  // ascending by strike, or by expiry
  std::optional<TapePlace> tape;         // where the chain is recorded
};
BOOST_DESCRIBE_STRUCT(ResolutionEvidence, (),
                      (today, underlying_price, underlying_at, contracts, quoted, expiries, expiry, at_the_money, considered,
                       tape))

// An underlying and a rule meant this instrument at that moment.
struct InstrumentResolved {
  static constexpr About about{210, 1, Layer::market, "instrument.resolved", "underlying rule at"};
  ProductId underlying;
  std::string rule;                      // as it was asked: "put, min-days:30, otm:1+"
  Time at;
  std::string instrument;                // its name; what was known of it is in evidence.considered
  std::string reason;                    // English, for a person
  ResolutionEvidence evidence;
};
BOOST_DESCRIBE_STRUCT(InstrumentResolved, (), (underlying, rule, at, instrument, reason, evidence))

// They meant none.
struct InstrumentRejected {
  static constexpr About about{211, 1, Layer::market, "instrument.rejected", "underlying rule at"};
  ProductId underlying;
  std::string rule;
  Time at;
  RuleId rule_id;                        // the first that is broken, e.g. SPREAD_TOO_WIDE
  std::string reason;
  ResolutionEvidence evidence;
};
BOOST_DESCRIBE_STRUCT(InstrumentRejected, (), (underlying, rule, at, rule_id, reason, evidence))

}  // namespace tally
