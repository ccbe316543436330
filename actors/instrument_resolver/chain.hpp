// What the resolver is given: every contract of an underlying as it was known at one moment. What is missing is missing;
// nothing is carried over from an older moment and nothing is guessed.
//
// Prices and strikes are in the underlying's currency, exact. Days are local dates of the exchange, counted from 1970-01-01.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "messages/decimal.hpp"
#include "messages/ids.hpp"

namespace tally::instruments {

using Day = std::int64_t;

enum class Right : std::uint8_t { call, put };
BOOST_DESCRIBE_ENUM(Right, call, put)

// One option and what was known of it. A contract that was never quoted has no quoted_at; one whose last quote had one side
// has one side.
struct OptionRow {
  Day expiry = 0;
  Price strike;
  Right right = Right::call;
  std::optional<Price> bid;
  std::optional<Price> ask;
  std::optional<Time> quoted_at;          // when the last quote was complete
  std::optional<Quantity> open_interest;  // in contracts; missing counts as none
  std::optional<Quantity> volume;         // in contracts; missing counts as none
  std::optional<Ratio> delta;             // -1 to 1, below 0 for puts; missing is unknown, never zero
};
BOOST_DESCRIBE_STRUCT(OptionRow, (), (expiry, strike, right, bid, ask, quoted_at, open_interest, volume, delta))

struct OptionChain {
  std::string underlying;                 // its name, e.g. "TWX"
  Time at;                                // the moment of the snapshot
  Day today = 0;                          // its date at the exchange
  std::optional<Price> underlying_price;
  Time underlying_at;                     // when that price was known
  std::vector<OptionRow> rows;            // in any order
};
BOOST_DESCRIBE_STRUCT(OptionChain, (), (underlying, at, today, underlying_price, underlying_at, rows))

struct FutureRow {
  Day expiry = 0;                         // the last day of trading
  std::optional<Price> price;
  std::optional<Quantity> volume;         // missing counts as none
  std::optional<Quantity> open_interest;  // missing counts as none
};
BOOST_DESCRIBE_STRUCT(FutureRow, (), (expiry, price, volume, open_interest))

struct FutureChain {
  std::string underlying;
  Day today = 0;
  std::vector<FutureRow> rows;            // in any order
};
BOOST_DESCRIBE_STRUCT(FutureChain, (), (underlying, today, rows))

// The instrument's name: "TWX-2014-06-21-C-72.5", "ES-2013-12-20".
std::string name_of(const OptionChain& chain, const OptionRow& row);
std::string name_of(const FutureChain& chain, const FutureRow& row);

}  // namespace tally::instruments
