#include "actors/instrument_resolver/rules.hpp"

#include <array>

namespace tally::instruments {
namespace {

using enum Rejected;

constexpr auto table = std::to_array<RejectionRule>({
    {rule_invalid, "RULE_INVALID", "A term of the rule makes no sense, such as a delta above 1. The reason names it."},
    {looks_ahead, "LOOKS_AHEAD", "A quote or the underlying's price is later than the snapshot."},
    {underlying_missing, "UNDERLYING_MISSING", "The underlying has no price above zero."},
    {underlying_stale, "UNDERLYING_STALE", "The underlying's price is older than the rule's `underlying_age_ms_max`."},
    {chain_contradictory, "CHAIN_CONTRADICTORY",
     "A contract is there twice, a strike is not above zero, or a delta is beyond 1."},
    {chain_incomplete, "CHAIN_INCOMPLETE",
     "Fewer contracts, expiries or quoted contracts than the rule's completeness asks for; what has expired does not count."},
    {expiry_not_found, "EXPIRY_NOT_FOUND", "No expiry of the chain is one that the rule means."},
    {figure_missing, "FIGURE_MISSING", "The chain rolls by volume or open interest, and no contract that is left has any."},
    {greeks_missing, "GREEKS_MISSING",
     "The rule chooses by delta, and fewer contracts of the expiry and right have one than its completeness asks for."},
    {ambiguous, "AMBIGUOUS", "Two contracts are equally near, and the rule says that ties are to be rejected."},
    {rank_not_listed, "RANK_NOT_LISTED", "The chosen expiry lists no contract of this right at the rank or strike."},
    {too_far, "TOO_FAR", "The nearest contract is farther from what was asked than the rule allows."},
    {quote_missing, "QUOTE_MISSING", "The contract was not quoted today before the snapshot."},
    {quote_stale, "QUOTE_STALE", "The contract's last quote is older than the rule's `quote_age_ms_max`."},
    {not_two_sided, "NOT_TWO_SIDED", "The last quote lacks a side, has no bid above zero, or its ask is below its bid."},
    {spread_too_wide, "SPREAD_TOO_WIDE", "Ask less bid, as a share of their middle, is above the rule's `spread_max`."},
    {price_missing, "PRICE_MISSING", "The future has no price above zero."},
    {open_interest_too_low, "OPEN_INTEREST_TOO_LOW",
     "Open interest is below the rule's `open_interest_min`; missing counts as none."},
    {volume_too_low, "VOLUME_TOO_LOW", "Volume is below the rule's `volume_min`; missing counts as none."},
    {none_passes, "NONE_PASSES", "The rule takes the first contract at the rank or farther that passes, and none does."},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].rejected) != i) return false;
  return table.size() == static_cast<std::size_t>(none_passes) + 1;
}
static_assert(in_order());

}  // namespace

std::span<const RejectionRule> rejection_rules() { return table; }

std::string_view id_of(Rejected rejected) { return table[static_cast<std::size_t>(rejected)].id; }

std::string rules_page() {
  std::string page =
      "# Instrument resolver rules\n\n"
      "Every reason for which the [resolver](instrument-resolver.md) names no instrument. The table is the one in\n"
      "`actors/instrument_resolver/rules.cpp`; a test compares this page with it. They are asked in this order; the first that\n"
      "is broken is the answer.\n\n"
      "| # | rule | no instrument, because |\n|---|---|---|\n";
  for (std::size_t i = 0; i < table.size(); ++i)
    page += "| " + std::to_string(i + 1) + " | `" + std::string(table[i].id) + "` | " + std::string(table[i].meaning) + " |\n";
  return page;
}

}  // namespace tally::instruments
