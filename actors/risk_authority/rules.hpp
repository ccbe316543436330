// Every reason for which the risk authority says no, in one table. docs/risk-rules.md is this table; a test compares.
//
// The ladder of openings: a batch's rules are asked in the table's order and the first that is broken denies *all*
// openings of the offending direction; then the ladder begins again with what is left, because the rest may net
// differently. At most two denials, so at most three passes. Which direction offends: the one that the batch's net order
// would trade for measures of size, each opening's own for the trade picker, both for what concerns the account.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "actors/risk_authority/exposure.hpp"

namespace tally {

// Openings by direction.
struct Sides {
  bool buy = false;
  bool sell = false;

  bool any() const { return buy || sell; }
  friend Sides operator&(Sides a, Sides b) { return {a.buy && b.buy, a.sell && b.sell}; }
};

// A batch as the ladder sees it: what is asked on each side, openings that were denied left out.
struct BatchCase {
  const RiskState& state;
  const ProductRisk& product;
  const NettingBatchFormed& batch;
  Time now;
  Quantity buy_close;
  Quantity buy_open;
  Quantity sell_close;   // sides are counted > 0
  Quantity sell_open;

  Sides openings() const { return {buy_open > Quantity{}, sell_open > Quantity{}}; }
  Quantity buy() const { return buy_close + buy_open; }
  Quantity sell() const { return sell_close + sell_open; }
  Quantity net() const { return buy() - sell(); }   // of the order that would leave
  void deny(Sides sides) {
    if (sides.buy) buy_open = {};
    if (sides.sell) sell_open = {};
  }
};

struct OpeningRule {
  std::string_view id;
  std::string_view meaning;                     // for the reference page
  Sides (*broken)(const BatchCase&);            // by which openings; masked by those that are there
  std::string (*reason)(const BatchCase&);      // English, for a person; called only on denial
};

// Ascending by precedence.
std::span<const OpeningRule> opening_rules();

// The first rule broken by an opening of the case, and by which; nullptr where all may pass. A measure that does not fit
// its number breaks MEASURE_OVERFLOW.
const OpeningRule* first_broken(const BatchCase& asked, Sides& by);

// Why a command is refused, or an alert raised.
struct NamedRule {
  std::string_view id;
  std::string_view meaning;
};
std::span<const NamedRule> command_rules();
std::span<const NamedRule> alert_rules();

// The names of the limits that are not set, joined by ", ".
std::string missing_limits(const RiskLimits& limits);
// The first limit that makes no sense, with why; empty where all do.
std::string invalid_limit(const RiskLimits& limits);

// docs/risk-rules.md
std::string rules_page();

// A batch is judged in the cascade that formed it. One that comes later waited for a stopped entity.
constexpr std::int64_t batch_age_ms_max = 5'000;
constexpr std::int64_t reject_alert_count_max = 10'000;   // bounds RiskState::rejections

}  // namespace tally
