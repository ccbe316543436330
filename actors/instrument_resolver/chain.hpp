// What the resolver is given: every contract of an underlying as it was known at one moment. What is missing is missing;
// nothing is carried over from an older moment and nothing is guessed.
//
// Prices and strikes are in the underlying's currency, exact. Days are local dates of the exchange, counted from 1970-01-01.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "messages/market_data.hpp"

namespace tally::instruments {

using Day = std::int64_t;

using Right = OptionRight;
using tally::OptionRow;
using OptionChain = OptionChainSnapshot;

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
