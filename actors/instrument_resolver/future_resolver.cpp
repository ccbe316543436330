#include "actors/instrument_resolver/future_resolver.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "actors/calendar/zone.hpp"

namespace tally::instruments {
namespace {

using std::string;
using std::to_string;
using All = std::vector<ConsideredFuture>;

std::vector<Rejected> failed_filters(const FutureRow& row, const FutureRule& rule) {
  std::vector<Rejected> failed;
  if (row.price.value_or(Price{}) <= Price{}) failed.push_back(Rejected::price_missing);
  if (rule.open_interest_min && row.open_interest.value_or(Quantity{}) < *rule.open_interest_min)
    failed.push_back(Rejected::open_interest_too_low);
  if (rule.volume_min && row.volume.value_or(Quantity{}) < *rule.volume_min) failed.push_back(Rejected::volume_too_low);
  return failed;
}

string shown(const std::optional<Quantity>& figure) { return figure ? figure->text() : "not known"; }

string reason_of(Rejected failed, const FutureRow& row, const FutureRule& rule) {
  if (failed == Rejected::price_missing) return "no price is known";
  if (failed == Rejected::open_interest_too_low)
    return "open interest is " + shown(row.open_interest) + ", below " + rule.open_interest_min->text();
  return "volume is " + shown(row.volume) + ", below " + rule.volume_min->text();
}

bool is_invalid(const FutureRule& rule) {
  const auto negative = [](const std::optional<Quantity>& limit) { return limit && *limit < Quantity{}; };
  return rule.roll_days < 0 || rule.behind < 0 || negative(rule.volume_min) || negative(rule.open_interest_min);
}

// Where in `all` the contract stands that the rule's roll means; all.size() where there is none.
std::size_t by_days(const All& all, std::size_t from, Day today, const FutureRule& rule) {
  while (from < all.size() && all[from].row.expiry - today <= rule.roll_days) ++from;
  return from;
}

std::size_t by_figure(const All& all, std::size_t from, const FutureRule& rule, bool& tied) {
  const auto figure = [&](std::size_t i) {
    return (rule.roll_by == RollBy::volume ? all[i].row.volume : all[i].row.open_interest).value_or(Quantity{});
  };
  std::size_t best = all.size();
  tied = false;
  for (std::size_t i = from; i < all.size(); ++i) {
    if (figure(i) <= Quantity{}) continue;
    const bool equal = best < all.size() && figure(i) == figure(best);
    const bool more = best == all.size() || figure(i) > figure(best);
    if (more) tied = false;
    if (equal) tied = true;
    if (more || (equal && rule.ties == Ties::higher)) best = i;
  }
  return best;
}

}  // namespace

FutureResolution resolve(const FutureChain& chain, const FutureRule& rule) {
  FutureResolution out;
  All& all = out.considered;
  for (const FutureRow& row : chain.rows)
    if (row.expiry >= chain.today) all.push_back({row, failed_filters(row, rule)});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.row.expiry < b.row.expiry; });

  const auto reject = [&](Rejected why, string reason) {
    out.rejected = why;
    out.reason = std::move(reason);
    return out;
  };
  if (is_invalid(rule)) return reject(Rejected::rule_invalid, "a number of the rule is negative");
  for (std::size_t i = 1; i < all.size(); ++i)
    if (all[i].row.expiry == all[i - 1].row.expiry)
      return reject(Rejected::chain_contradictory, name_of(chain, all[i].row) + " is there twice");
  if (all.size() < rule.contracts_min)
    return reject(Rejected::chain_incomplete,
                  "the chain has " + to_string(all.size()) + " contracts, of " + to_string(rule.contracts_min) + " expected");

  std::size_t from = 0;
  while (rule.held && from < all.size() && all[from].row.expiry < *rule.held) ++from;
  bool tied = false;
  const std::size_t found =
      rule.roll_by == RollBy::days ? by_days(all, from, chain.today, rule) : by_figure(all, from, rule, tied);
  if (found == all.size() && rule.roll_by != RollBy::days)
    return reject(Rejected::figure_missing, "no contract that is left has " +
                                                string(rule.roll_by == RollBy::volume ? "volume" : "open interest"));
  if (found == all.size())
    return reject(Rejected::expiry_not_found,
                  "no contract that is left lasts longer than " + to_string(rule.roll_days) + " days");
  if (tied && rule.ties == Ties::reject)
    return reject(Rejected::ambiguous, "another contract has as much as " + name_of(chain, all[found].row));
  if (rule.behind >= static_cast<std::int64_t>(all.size() - found))
    return reject(Rejected::rank_not_listed,
                  "no contract is " + to_string(rule.behind) + " behind " + name_of(chain, all[found].row));

  const ConsideredFuture& item = all[found + static_cast<std::size_t>(rule.behind)];
  const string name = name_of(chain, item.row);
  if (!item.failed.empty())
    return reject(item.failed.front(), "of " + name + ", " + reason_of(item.failed.front(), item.row, rule));
  out.chosen = item;
  out.reason = name + " by " + roll_text(rule) + (rule.behind > 0 ? ", " + to_string(rule.behind) + " behind" : "") + ", " +
               to_string(item.row.expiry - chain.today) + " days ahead";
  return out;
}

void read_roll(std::string_view text, FutureRule& rule) {
  rule.roll_days = 0;
  if (text == "volume") rule.roll_by = RollBy::volume;
  else if (text == "open-interest") rule.roll_by = RollBy::open_interest;
  else {
    const std::string_view digits = text.starts_with("days:") ? text.substr(5) : "";
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rule.roll_days);
    if (error != std::errc() || end != digits.data() + digits.size() || rule.roll_days < 0)
      throw std::invalid_argument("'" + string(text) + "' is none of days:N, volume and open-interest");
    rule.roll_by = RollBy::days;
  }
}

string roll_text(const FutureRule& rule) {
  if (rule.roll_by == RollBy::days) return "days:" + to_string(rule.roll_days);
  return rule.roll_by == RollBy::volume ? "volume" : "open-interest";
}

}  // namespace tally::instruments
