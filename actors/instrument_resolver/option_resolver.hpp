// From an underlying and a rule to one option, or to the reason why none. Pure: the same chain and rule give the same answer,
// whatever the order of the chain's rows.
//
// How it is found: the rule's expiry; there the contract of the rule's right at a rank, nearest to a strike or to a delta;
// then that contract must pass every filter. A filter never moves the choice to another contract, except where the rule says
// "or farther": then the first that passes is taken, going away from the money.
//
// Rank: strikes of the expiry, whichever right lists them, in order. The one nearest to the underlying's price is at the
// money, rank 0; calls count up with the strike, puts down: 1, 2 ... are out of the money, -1, -2 ... in it.
//
// Laws: a contract that fails a filter is never chosen; a tighter filter never makes a rejection an acceptance; of two ranks
// the one with the greater distance from 0 on the same side has the strike farther from the one at the money.
#pragma once

#include <variant>

#include "actors/instrument_resolver/expiry.hpp"
#include "actors/instrument_resolver/rules.hpp"

namespace tally::instruments {

struct ByRank {
  std::int64_t rank = 0;
  bool or_farther = false;  // the first from there on that passes the filters; away from the money, rank 0 outwards
};
struct ByStrike {
  Price strike;
  std::optional<Price> distance_max;
};
struct ByDelta {
  Ratio delta;              // above 0, at most 1; a put's -0.3 is 0.3
  std::optional<Ratio> distance_max;
};
using Choice = std::variant<ByRank, ByStrike, ByDelta>;

struct Liquidity {
  bool two_sided = true;                       // bid above zero and ask not below it
  std::optional<std::int64_t> quote_age_ms_max;
  std::optional<Ratio> spread_max;             // (ask - bid) / middle; asks for two sides, too
  std::optional<Quantity> open_interest_min;
  std::optional<Quantity> volume_min;
};

// When a chain is enough of a chain to choose from. What has expired does not count.
struct Completeness {
  std::size_t contracts_min = 1;
  std::size_t expiries_min = 1;
  Ratio quoted_min;                            // share of the contracts that were quoted today, with one side or two
  Ratio greeks_min;                            // by delta: share of the expiry's contracts of the right that have one
};

struct OptionRule {
  Right right = Right::call;
  ExpiryRule expiry;
  Choice choice;
  Ties ties = Ties::lower;
  Liquidity liquidity;
  Completeness completeness;
  std::int64_t underlying_age_ms_max = 300'000;
};

// A contract of the chosen expiry and right, and why it would not do.
struct Considered {
  OptionRow row;
  std::int64_t rank = 0;
  std::vector<Rejected> failed;                // every filter, in the table's order
};

struct OptionEvidence {
  std::size_t contracts = 0;                   // that have not expired
  std::size_t quoted = 0;                      // of these
  std::vector<Day> expiries;                   // of these, ascending
  std::optional<Day> expiry;                   // the chosen one
  std::optional<Price> at_the_money;           // its strike nearest to the underlying's price; of two the lower, or as ties say
  std::vector<Considered> considered;          // ascending by strike
};

struct OptionResolution {
  std::optional<Considered> chosen;
  std::optional<Rejected> rejected;            // where nothing was chosen
  std::string reason;                          // English, for a person; of a choice, too
  OptionEvidence evidence;
};

OptionResolution resolve(const OptionChain& chain, const OptionRule& rule, const Holidays& holidays = {});

// "atm", "otm:1", "itm:2"; with a '+' at its end ("otm:1+") also farther ones. Throws std::invalid_argument.
ByRank rank_of(std::string_view text);
std::string text_of(const ByRank& rank);

}  // namespace tally::instruments
