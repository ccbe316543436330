// Every reason for which the resolver names no instrument, in one table. docs/instrument-resolver-rules.md is this table; a
// test compares.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tally::instruments {

// Of two contracts equally good: the lower strike or nearer expiry, the higher or farther, or neither.
enum class Ties : std::uint8_t { lower, higher, reject };
BOOST_DESCRIBE_ENUM(Ties, lower, higher, reject)

// In the order in which they are asked: the first that is broken is the answer.
enum class Rejected : std::uint8_t {
  // the rule and the chain
  rule_invalid,
  looks_ahead,
  underlying_missing,
  underlying_stale,
  chain_contradictory,
  chain_incomplete,
  // the choice
  expiry_not_found,
  figure_missing,
  greeks_missing,
  ambiguous,
  rank_not_listed,
  too_far,
  // the contract
  quote_missing,
  quote_stale,
  not_two_sided,
  spread_too_wide,
  price_missing,
  open_interest_too_low,
  volume_too_low,
  none_passes,
};

struct RejectionRule {
  Rejected rejected;
  std::string_view id;        // e.g. SPREAD_TOO_WIDE
  std::string_view meaning;   // for the reference page
};

// Ascending by Rejected, all of them.
std::span<const RejectionRule> rejection_rules();
std::string_view id_of(Rejected rejected);

// docs/instrument-resolver-rules.md
std::string rules_page();

}  // namespace tally::instruments
