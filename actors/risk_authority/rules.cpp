#include "actors/risk_authority/rules.hpp"

#include <algorithm>
#include <array>
#include <boost/mp11/algorithm.hpp>

namespace tally {

namespace {

using std::string;

constexpr Sides none{};
constexpr Sides both{true, true};

Sides if_so(bool broken) { return broken ? both : none; }

// The direction of the net order, where it is beyond a limit.
Sides net_side(const BatchCase& asked, bool beyond) {
  return {beyond && asked.net() > Quantity{}, beyond && asked.net() < Quantity{}};
}

string text(auto value) { return value.text(); }
string text(std::int64_t value) { return std::to_string(value); }
string named(const BatchCase& asked) { return string(asked.batch.batch.product.text()); }

// "<what> would be <measured>, beyond the limit of <limit>."
string beyond(const string& what, const auto& measured, const auto& limit) {
  return what + " would be " + text(measured) + ", beyond the limit of " + text(limit) + ".";
}

// ---- the account may not open at all ----
Sides disarmed(const BatchCase& asked) { return if_so(!asked.state.armed); }
string disarmed_reason(const BatchCase&) {
  return "The account has not been compared cleanly with the venue since it was started; openings wait for that.";
}

const RuleId operator_halt{"TRADING_HALTED"};
const RuleId drawdown_halt{"DRAWDOWN_EXCEEDED"};
const RuleId daily_loss_halt{"DAILY_LOSS_EXCEEDED"};

Sides halted(const BatchCase& asked) { return if_so(asked.state.halts.contains(operator_halt)); }
string halted_reason(const BatchCase& asked) {
  const Halt& halt = asked.state.halts.at(operator_halt);
  return "Openings are halted by " + string(halt.by.text()) + ": " + halt.reason;
}

const RuleId quarantine_halt{"INPUT_QUARANTINED"};

Sides quarantined(const BatchCase& asked) { return if_so(asked.state.halts.contains(quarantine_halt)); }
string quarantined_reason(const BatchCase& asked) { return asked.state.halts.at(quarantine_halt).reason; }

template <class Visit>
void each_member(Visit&& visit) {
  boost::mp11::mp_for_each<boost::describe::describe_members<RiskLimits, boost::describe::mod_public>>(visit);
}

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

Sides limit_missing(const BatchCase& asked) {
  bool missing = false;
  each_member([&](auto member) {
    const auto& value = asked.state.limits.*member.pointer;
    if constexpr (is_optional<std::remove_cvref_t<decltype(value)>>) missing |= !value;
  });
  return if_so(missing);
}
string limit_missing_reason(const BatchCase& asked) {
  return "An opening needs every limit; not set: " + missing_limits(asked.state.limits) + ".";
}

// ---- the price and the age ----
Sides mark_missing(const BatchCase& asked) {
  return if_so(asked.product.mark == Price{} || asked.product.mark_at == Time{});
}
string mark_missing_reason(const BatchCase& asked) {
  return "No mark of " + named(asked) + " is known, so nothing can be measured.";
}

std::int64_t mark_age_ms(const BatchCase& asked) { return (asked.now - asked.product.mark_at) / ns_per_ms; }
Sides mark_stale(const BatchCase& asked) { return if_so(mark_age_ms(asked) > asked.state.limits.mark_age_ms_max); }
string mark_stale_reason(const BatchCase& asked) {
  return "The mark of " + named(asked) + " is " + text(mark_age_ms(asked)) + " ms old; at most " +
         text(asked.state.limits.mark_age_ms_max) + " ms are allowed.";
}

std::int64_t batch_age_ms(const BatchCase& asked) { return (asked.now - asked.batch.formed_at) / ns_per_ms; }
Sides stale(const BatchCase& asked) { return if_so(batch_age_ms(asked) > batch_age_ms_max); }
string stale_reason(const BatchCase& asked) {
  return "The batch was formed " + text(batch_age_ms(asked)) +
         " ms ago and waited; its openings are no longer wanted at any price.";
}

// ---- the order and the position ----
Sides quantity_beyond(const BatchCase& asked) {
  return net_side(asked, abs(asked.net()) > *asked.state.limits.order_quantity_max);
}
string quantity_reason(const BatchCase& asked) {
  return beyond("The net order in " + named(asked), abs(asked.net()), *asked.state.limits.order_quantity_max);
}

Money order_notional(const BatchCase& asked) {
  return abs(notional(asked.product.mark, asked.net(), asked.product.multiplier));
}
Sides notional_beyond(const BatchCase& asked) {
  return net_side(asked, order_notional(asked) > *asked.state.limits.order_notional_max);
}
string notional_reason(const BatchCase& asked) {
  return beyond("The notional of the net order in " + named(asked), order_notional(asked),
                *asked.state.limits.order_notional_max);
}

// The furthest position in the net order's own direction: a reduction of the other side is no offence.
Quantity furthest(const BatchCase& asked) {
  const Pending pending = pending_of(asked.product);
  const Quantity net = asked.net();
  return net > Quantity{} ? asked.product.position + pending.buy + net : -(asked.product.position - pending.sell + net);
}
Sides position_beyond(const BatchCase& asked) { return net_side(asked, furthest(asked) > *asked.state.limits.position_max); }
string position_reason(const BatchCase& asked) {
  return beyond("The account's position in " + named(asked) + ", pending orders included,", furthest(asked),
                *asked.state.limits.position_max);
}

// ---- the account as a whole ----
Money exposed_after(const BatchCase& asked) {
  return asked.state.totals.exposed - exposure(asked.product) + exposure(asked.product, asked.net());
}
bool raises_exposure(const BatchCase& asked) { return exposed_after(asked) > asked.state.totals.exposed; }

Sides gross_beyond(const BatchCase& asked) {
  return net_side(asked, raises_exposure(asked) && exposed_after(asked) > *asked.state.limits.gross_notional_max);
}
string gross_reason(const BatchCase& asked) {
  return beyond("The account's gross notional, pending orders included,", exposed_after(asked),
                *asked.state.limits.gross_notional_max);
}

Sides leverage_beyond(const BatchCase& asked) {
  const Money worth = equity(asked.state);
  if (worth <= Money{}) return both;  // nothing is there to carry a loss
  return net_side(asked, raises_exposure(asked) && exposed_after(asked) > share_of(worth, *asked.state.limits.leverage_max));
}
string leverage_reason(const BatchCase& asked) {
  return "No margin is left: the gross notional would be " + text(exposed_after(asked)) + " on an equity of " +
         text(equity(asked.state)) + ", beyond the limit of " + text(*asked.state.limits.leverage_max) + " times.";
}

Sides drawdown_beyond(const BatchCase& asked) {
  return if_so(asked.state.halts.contains(drawdown_halt) || drawdown_exceeded(asked.state));
}
string drawdown_reason(const BatchCase& asked) {
  return "The account lost " + text(drawdown(asked.state)) + " from its highest equity of " + text(asked.state.peak) +
         "; the limit is a share of " + text(*asked.state.limits.drawdown_max) + ", and openings stay halted until re-armed.";
}

Sides daily_loss_beyond(const BatchCase& asked) {
  return if_so(asked.state.halts.contains(daily_loss_halt) || daily_loss_exceeded(asked.state));
}
string daily_loss_reason(const BatchCase& asked) {
  return "The account lost " + text(daily_loss(asked.state)) + " since the UTC day began; the limit is " +
         text(*asked.state.limits.daily_loss_max) + ", and openings stay halted until re-armed.";
}

// ---- the trade picker: keyed by account ----
// Products other than this one that are open or, where openings reserve, about to be.
std::int64_t others_taken(const BatchCase& asked) {
  const AccountTotals& totals = asked.state.totals;
  const std::int64_t pending = asked.state.limits.reserve_on_open ? totals.pending - is_pending(asked.product) : 0;
  return totals.open - is_open(asked.product) + pending;
}
Sides open_limit(const BatchCase& asked) {
  const bool full = !is_open(asked.product) && others_taken(asked) >= *asked.state.limits.open_positions_max;
  return {full, full && asked.state.limits.allow_short};
}
string open_limit_reason(const BatchCase& asked) {
  return text(others_taken(asked)) + " other products are open or about to be, of " +
         text(*asked.state.limits.open_positions_max) + " allowed; " + named(asked) + " is not open.";
}

Sides no_open_position(const BatchCase& asked) {
  const RiskLimits& limits = asked.state.limits;
  if (limits.allow_short) return none;
  const bool held = limits.sell_requires_long ? asked.product.position - pending_of(asked.product).sell > Quantity{}
                                              : is_open(asked.product);
  return {false, !held};
}
string no_open_position_reason(const BatchCase& asked) {
  return asked.state.limits.sell_requires_long
             ? "An opening sell of " + named(asked) + " needs a long position; the account's, less pending sells, is " +
                   text(asked.product.position - pending_of(asked.product).sell) + "."
             : "An opening sell of " + named(asked) + " needs an open position, and shorts are not allowed.";
}

Sides never(const BatchCase&) { return none; }
string overflow_reason(const BatchCase& asked) {
  return "A measure of this batch in " + named(asked) + " is too large to be computed, so it is beyond every limit.";
}

constexpr auto table = std::to_array<OpeningRule>({
    {"NOT_RECONCILED", "No clean comparison with the venue since the start.", disarmed, disarmed_reason},
    {"TRADING_HALTED", "An operator halted openings.", halted, halted_reason},
    {"INPUT_QUARANTINED", "An input of this account was set aside unread, and openings were not re-armed since.", quarantined,
     quarantined_reason},
    {"LIMIT_MISSING", "A limit is not set. The reason names it.", limit_missing, limit_missing_reason},
    {"MARK_MISSING", "No mark of the product was ever captured.", mark_missing, mark_missing_reason},
    {"MARK_STALE", "The mark is older than `mark_age_ms_max`.", mark_stale, mark_stale_reason},
    {"STALE", "The batch waited for more than 5,000 ms, because an entity was stopped.", stale, stale_reason},
    {"ORDER_QUANTITY_EXCEEDED", "The net order is larger than `order_quantity_max`.", quantity_beyond, quantity_reason},
    {"ORDER_NOTIONAL_EXCEEDED", "The net order at the mark is larger than `order_notional_max`.", notional_beyond,
     notional_reason},
    {"POSITION_LIMIT_EXCEEDED", "The account's position would pass `position_max` in the net order's direction.", position_beyond,
     position_reason},
    {"GROSS_NOTIONAL_EXCEEDED", "The net order raises the account's gross notional beyond `gross_notional_max`.", gross_beyond,
     gross_reason},
    {"LEVERAGE_EXCEEDED", "The net order raises gross notional beyond `leverage_max` x equity, or there is no equity.",
     leverage_beyond, leverage_reason},
    {"DRAWDOWN_EXCEEDED", "Equity fell from its highest by more than the share `drawdown_max`. Also halts.", drawdown_beyond,
     drawdown_reason},
    {"DAILY_LOSS_EXCEEDED", "Equity fell since the UTC day began by more than `daily_loss_max`. Also halts.", daily_loss_beyond,
     daily_loss_reason},
    {"OPEN_LIMIT_EXCEEDED", "The product is not open, and `open_positions_max` others are open or about to be.", open_limit,
     open_limit_reason},
    {"NO_OPEN_POSITION",
     "Shorts are not allowed, and an opening sell finds no position (with `sell_requires_long`: no long one).", no_open_position,
     no_open_position_reason},
    {"MEASURE_OVERFLOW", "A measure is too large to be computed exactly.", never, overflow_reason},
});

constexpr auto commands = std::to_array<NamedRule>({
    {"OPERATOR_MISSING", "The command names no operator."},
    {"LIMIT_INVALID", "A limit is negative, or a time or count below 1. The reason names it."},
    {"ALREADY_HALTED", "An operator's halt stands already."},
    {"NOT_HALTED", "There is nothing to re-arm."},
    {"REARM_NOT_REQUESTED", "No request to re-arm is waiting, or a halt came after it."},
    {"REARM_REQUEST_DIFFERS", "The confirmation names another request than the one that waits."},
    {"LOSS_STILL_EXCEEDED", "A loss is still beyond its limit: change the limit, or wait, before re-arming."},
});

constexpr auto alerts = std::to_array<NamedRule>({
    {"DRAWDOWN_EXCEEDED", "Once per breach, with the halt it causes."},
    {"DAILY_LOSS_EXCEEDED", "Once per breach, with the halt it causes."},
    {"INPUT_QUARANTINED", "An operator set an input aside; with the halt it causes."},
    {"ENTITY_STOPPED", "An entity failed too often on one input: its inputs wait until an operator resumes it."},
    {"REJECT_RATE", "`reject_alert_count` rejections, ours or the venue's, within `reject_alert_window_ms`; once per window."},
});

}  // namespace

std::span<const OpeningRule> opening_rules() { return table; }
std::span<const NamedRule> command_rules() { return commands; }
std::span<const NamedRule> alert_rules() { return alerts; }

const OpeningRule* first_broken(const BatchCase& asked, Sides& by) {
  const Sides there = asked.openings();
  try {
    for (const OpeningRule& rule : table) {
      by = rule.broken(asked) & there;
      if (by.any()) return &rule;
    }
  } catch (const DecimalError&) {
    by = there;
    return &table.back();
  }
  return nullptr;
}

std::string missing_limits(const RiskLimits& limits) {
  string names;
  each_member([&](auto member) {
    const auto& value = limits.*member.pointer;
    if constexpr (is_optional<std::remove_cvref_t<decltype(value)>>)
      if (!value) names += (names.empty() ? "" : ", ") + string(member.name);
  });
  return names;
}

std::string invalid_limit(const RiskLimits& limits) {
  string why;
  const auto blame = [&](const char* name, const char* because) {
    if (why.empty()) why = string(name) + because;
  };
  each_member([&](auto member) {
    const auto& value = limits.*member.pointer;
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (is_optional<Value>) {
      if (value && *value < typename Value::value_type{}) blame(member.name, " is negative");
    } else if constexpr (std::same_as<Value, std::int64_t>) {
      if (value < 1) blame(member.name, " is below 1");
    }
  });
  if (limits.reject_alert_count > reject_alert_count_max) blame("reject_alert_count", " is above 10000");
  return why;
}

std::string rules_page() {
  string page =
      "# Risk rules\n\n"
      "Every reason for which the risk authority of an account says no, or raises its voice. The tables are the ones in\n"
      "`actors/risk_authority/rules.cpp`; a test compares this page with them.\n\n"
      "## Denials of openings\n\n"
      "A batch is asked these in order; the first that is broken denies all openings of the offending direction\n"
      "(`RiskRejected` with the rule, a reason in English and the intents), and the ladder begins again with what is left.\n"
      "For measures of size the offending direction is the net order's; for the trade picker each opening's own; otherwise\n"
      "both. What only closes passes every rule. Pending orders of approved batches count in every account-wide measure.\n\n"
      "| # | rule | an opening is denied because |\n|---|---|---|\n";
  for (std::size_t i = 0; i < table.size(); ++i)
    page += "| " + std::to_string(i + 1) + " | `" + string(table[i].id) + "` | " + string(table[i].meaning) + " |\n";
  const auto list = [&](const char* title, const char* column, const auto& rules) {
    page += string("\n## ") + title + "\n\n| rule | " + column + " |\n|---|---|\n";
    for (const NamedRule& rule : rules) page += "| `" + string(rule.id) + "` | " + string(rule.meaning) + " |\n";
  };
  list("Refusals of commands", "the command is denied because", commands);
  list("Alerts", "when", alerts);
  return page;
}

}  // namespace tally
