#include "actors/instrument_resolver/option_resolver.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <tuple>

#include "actors/calendar/zone.hpp"
#include "actors/instrument_resolver/option_filters.hpp"

namespace tally::instruments {
namespace {

using std::string;
using std::to_string;
using Rows = std::vector<OptionRow>;

auto contract_of(const OptionRow& row) { return std::tuple(row.expiry, row.strike, row.right); }

// No rejection may depend on the order in which the rows came.
Rows in_order(const OptionChain& chain) {
  Rows rows = chain.rows;
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return contract_of(a) < contract_of(b); });
  return rows;
}

// ---- the rule and the chain, before anything is chosen; empty where there is nothing to say

template <class D>
bool is_negative(const std::optional<D>& limit) {
  return limit && *limit < D{};
}

string invalid(const OptionRule& rule) {
  const Liquidity& liquidity = rule.liquidity;
  if (const auto* by = std::get_if<ByStrike>(&rule.choice)) {
    if (by->strike <= Price{}) return "the strike is not above zero";
    if (is_negative(by->distance_max)) return "the distance allowed from the strike is negative";
  }
  if (const auto* by = std::get_if<ByDelta>(&rule.choice)) {
    if (by->delta <= Ratio{} || by->delta > Ratio::whole(1)) return "delta " + by->delta.text() + " is not above 0 and at most 1";
    if (is_negative(by->distance_max)) return "the distance allowed from the delta is negative";
  }
  if (rule.expiry.days_min < 0 || rule.expiry.roll_days.value_or(0) < 0) return "a number of days is negative";
  if (is_negative(liquidity.spread_max)) return "the spread allowed is negative";
  if (is_negative(liquidity.open_interest_min)) return "the open interest asked for is negative";
  if (is_negative(liquidity.volume_min)) return "the volume asked for is negative";
  if (liquidity.quote_age_ms_max.value_or(0) < 0 || rule.underlying_age_ms_max < 0) return "an age allowed is negative";
  for (const Ratio share : {rule.completeness.quoted_min, rule.completeness.greeks_min})
    if (share < Ratio{} || share > Ratio::whole(1)) return "the share " + share.text() + " is not from 0 to 1";
  return "";
}

string look_ahead(const OptionChain& chain, const Rows& rows) {
  if (chain.underlying_price && chain.underlying_at > chain.at) return "the underlying's price is later than the snapshot";
  for (const OptionRow& row : rows)
    if (row.quoted_at && *row.quoted_at > chain.at) return "the quote of " + name_of(chain, row) + " is later than the snapshot";
  return "";
}

string contradiction(const OptionChain& chain, const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].strike <= Price{}) return name_of(chain, rows[i]) + " has a strike that is not above zero";
    if (rows[i].greeks.delta && (*rows[i].greeks.delta > Ratio::whole(1) || *rows[i].greeks.delta < Ratio::whole(-1)))
      return name_of(chain, rows[i]) + " has the delta " + rows[i].greeks.delta->text();
    if (i > 0 && contract_of(rows[i]) == contract_of(rows[i - 1])) return name_of(chain, rows[i]) + " is there twice";
  }
  return "";
}

bool is_share(std::size_t part, std::size_t whole, Ratio share_min) {
  return static_cast<Int128>(part) * Ratio::whole(1).units() >= static_cast<Int128>(whole) * share_min.units();
}

string incomplete(const OptionEvidence& seen, const Completeness& rule) {
  if (seen.contracts < rule.contracts_min)
    return "the chain has " + to_string(seen.contracts) + " contracts, of " + to_string(rule.contracts_min) + " expected";
  if (seen.expiries.size() < rule.expiries_min)
    return "the chain has " + to_string(seen.expiries.size()) + " expiries, of " + to_string(rule.expiries_min) + " expected";
  if (!is_share(seen.quoted, seen.contracts, rule.quoted_min))
    return "of " + to_string(seen.contracts) + " contracts " + to_string(seen.quoted) +
           " were quoted today, less than the share " + rule.quoted_min.text();
  return "";
}

void count(const Rows& rows, Day today, OptionEvidence& seen) {
  for (const OptionRow& row : rows) {
    if (row.expiry < today) continue;
    ++seen.contracts;
    if (row.quoted_at) ++seen.quoted;
    if (seen.expiries.empty() || seen.expiries.back() != row.expiry) seen.expiries.push_back(row.expiry);
  }
}

// ---- the choice

// Which of `items` (ascending by strike) is nearest, by distance(item). `tied` tells whether it had to be decided by `ties`.
template <class Items, class Distance>
std::size_t nearest(const Items& items, Ties ties, bool& tied, Distance distance) {
  std::size_t best = 0;
  tied = false;
  for (std::size_t i = 1; i < items.size(); ++i) {
    const auto here = distance(items[i]), there = distance(items[best]);
    if (here < there) tied = false;
    if (here == there) tied = true;
    if (here < there || (here == there && ties == Ties::higher)) best = i;
  }
  return best;
}

struct AtTheMoney {
  std::vector<Price> strikes;  // of the expiry, ascending
  std::size_t at = 0;
  bool tied = false;

  std::int64_t rank(Price strike, Right right) const {
    const auto found = std::lower_bound(strikes.begin(), strikes.end(), strike);
    const std::int64_t above = found - strikes.begin() - static_cast<std::int64_t>(at);
    return right == Right::call ? above : -above;
  }
};

AtTheMoney at_the_money(const Rows& rows, Day expiry, Price underlying, Ties ties) {
  AtTheMoney money;
  for (const OptionRow& row : rows)
    if (row.expiry == expiry && (money.strikes.empty() || money.strikes.back() != row.strike))
      money.strikes.push_back(row.strike);
  money.at = nearest(money.strikes, ties, money.tied, [&](Price strike) { return abs(strike - underlying); });
  return money;
}

string side_of(Right right) { return right == Right::call ? "call" : "put"; }

class Resolving {
 public:
  Resolving(const OptionChain& chain, const OptionRule& rule, const Holidays& holidays)
      : chain_(chain), rule_(rule), holidays_(holidays), rows_(in_order(chain)) {}

  OptionResolution run() {
    count(rows_, chain_.today, seen());
    if (check_chain() && find_expiry()) choose();
    return std::move(out_);
  }

 private:
  OptionEvidence& seen() { return out_.evidence; }

  bool reject(Rejected why, string reason) {
    out_.rejected = why;
    out_.reason = std::move(reason);
    return false;
  }

  bool check_chain() {
    if (string why = invalid(rule_); !why.empty()) return reject(Rejected::rule_invalid, why);
    if (string why = look_ahead(chain_, rows_); !why.empty()) return reject(Rejected::looks_ahead, why);
    if (chain_.underlying_price.value_or(Price{}) <= Price{})
      return reject(Rejected::underlying_missing, "no price of " + std::string(chain_.underlying.text()) + " is known");
    if (is_older(chain_.underlying_at, chain_.at, rule_.underlying_age_ms_max))
      return reject(Rejected::underlying_stale, "the price of " + std::string(chain_.underlying.text()) + " is " +
                                                    to_string((chain_.at - chain_.underlying_at) / ns_per_ms) + " ms old, of " +
                                                    to_string(rule_.underlying_age_ms_max) + " allowed");
    if (string why = contradiction(chain_, rows_); !why.empty()) return reject(Rejected::chain_contradictory, why);
    if (string why = incomplete(seen(), rule_.completeness); !why.empty()) return reject(Rejected::chain_incomplete, why);
    return true;
  }

  bool find_expiry() {
    for (const Day expiry : seen().expiries)
      if (is_meant(rule_.expiry, chain_.today, expiry, holidays_)) {
        seen().expiry = expiry;
        consider(expiry);
        return true;
      }
    return reject(Rejected::expiry_not_found, "none of the " + to_string(seen().expiries.size()) + " expiries is meant by " +
                                                  text_of(rule_.expiry));
  }

  void consider(Day expiry) {
    money_ = at_the_money(rows_, expiry, *chain_.underlying_price, rule_.ties);
    seen().at_the_money = money_.strikes[money_.at];
    for (const OptionRow& row : rows_)
      if (row.expiry == expiry && row.right == rule_.right)
        seen().considered.push_back({row, money_.rank(row.strike, row.right), failed_filters(row, rule_.liquidity, chain_.at)});
  }

  void choose() {
    std::visit([&](const auto& by) { choose(by); }, rule_.choice);
  }

  void choose(const ByRank& by) {
    if (money_.tied && rule_.ties == Ties::reject) {
      reject(Rejected::ambiguous, "two strikes of " + date_text(*seen().expiry) + " are equally near to " +
                                      chain_.underlying_price->text() + ", so no rank is certain");
      return;
    }
    const Considered* const first = at_rank(by.rank);
    if (!first) {
      reject(Rejected::rank_not_listed, date_text(*seen().expiry) + " lists no " + side_of(rule_.right) + " at " +
                                            text_of(ByRank{by.rank, false}) + ", at the money being " +
                                            seen().at_the_money->text());
      return;
    }
    if (!by.or_farther) return judge(*first);
    std::size_t tried = 0;
    const std::int64_t step = by.rank < 0 ? -1 : 1;
    const std::int64_t last = static_cast<std::int64_t>(money_.strikes.size());
    for (std::int64_t rank = by.rank; rank > -last && rank < last; rank += step) {
      const Considered* const here = at_rank(rank);
      if (here && here->failed.empty()) return judge(*here);
      if (here) ++tried;
    }
    reject(Rejected::none_passes, "none of the " + to_string(tried) + " contracts at " + text_of(ByRank{by.rank, false}) +
                                      " or farther passes; of the first, " + name_of(chain_, first->row) + ", " +
                                      reason_of(first->failed.front(), first->row, rule_.liquidity, chain_.at));
  }

  void choose(const ByStrike& by) {
    const auto distance = [&](const Considered& item) { return abs(item.row.strike - by.strike); };
    std::vector<Considered>& all = seen().considered;
    if (all.empty()) return none_listed();
    bool tied = false;
    const Considered& best = all[nearest(all, rule_.ties, tied, distance)];
    if (tied && rule_.ties == Ties::reject) return ambiguous("strike " + by.strike.text());
    if (by.distance_max && distance(best) > *by.distance_max)
      return too_far(best, distance(best).text(), by.distance_max->text(), "strike " + by.strike.text());
    judge(best);
  }

  void choose(const ByDelta& by) {
    const auto distance = [&](const Considered& item) { return abs(abs(*item.row.greeks.delta) - by.delta); };
    if (seen().considered.empty()) return none_listed();
    std::vector<Considered> known;
    for (const Considered& item : seen().considered)
      if (item.row.greeks.delta) known.push_back(item);
    const Ratio share_min = rule_.completeness.greeks_min;
    if (known.empty() || !is_share(known.size(), seen().considered.size(), share_min)) {
      reject(Rejected::greeks_missing, to_string(known.size()) + " of the " + to_string(seen().considered.size()) + " " +
                                           side_of(rule_.right) + "s of " + date_text(*seen().expiry) + " have a delta" +
                                           (known.empty() ? "" : ", less than the share " + share_min.text()));
      return;
    }
    bool tied = false;
    const Considered& best = known[nearest(known, rule_.ties, tied, distance)];
    if (tied && rule_.ties == Ties::reject) return ambiguous("delta " + by.delta.text());
    if (by.distance_max && distance(best) > *by.distance_max)
      return too_far(best, distance(best).text(), by.distance_max->text(), "delta " + by.delta.text());
    judge(best);
  }

  const Considered* at_rank(std::int64_t rank) {
    for (const Considered& item : seen().considered)
      if (item.rank == rank) return &item;
    return nullptr;
  }

  void none_listed() {
    reject(Rejected::rank_not_listed, date_text(*seen().expiry) + " lists no " + side_of(rule_.right));
  }
  void ambiguous(const string& asked) {
    reject(Rejected::ambiguous,
           "two " + side_of(rule_.right) + "s of " + date_text(*seen().expiry) + " are equally near to " + asked);
  }
  void too_far(const Considered& best, const string& distance, const string& allowed, const string& asked) {
    reject(Rejected::too_far, name_of(chain_, best.row) + ", the nearest to " + asked + ", is " + distance + " away, of " +
                                  allowed + " allowed");
  }

  // What was chosen must pass.
  void judge(const Considered& item) {
    if (!item.failed.empty()) {
      const Rejected first = item.failed.front();
      reject(first, "of " + name_of(chain_, item.row) + ", " + reason_of(first, item.row, rule_.liquidity, chain_.at));
      return;
    }
    out_.chosen = item;
    out_.reason = name_of(chain_, item.row) + " is at " + text_of(ByRank{item.rank, false}) + ", " +
                  to_string(item.row.expiry - chain_.today) + " days ahead, at the money being " + seen().at_the_money->text();
  }

  const OptionChain& chain_;
  const OptionRule& rule_;
  const Holidays& holidays_;
  const Rows rows_;
  AtTheMoney money_;
  OptionResolution out_;
};

}  // namespace

OptionResolution resolve(const OptionChain& chain, const OptionRule& rule, const Holidays& holidays) {
  return Resolving(chain, rule, holidays).run();
}

ByRank rank_of(std::string_view text) {
  const auto refuse = [&] {
    throw std::invalid_argument("'" + string(text) + "' is none of atm, otm:N and itm:N, with or without a '+' at its end");
  };
  ByRank by;
  std::string_view rest = text;
  if (rest.ends_with('+')) {
    by.or_farther = true;
    rest.remove_suffix(1);
  }
  if (rest == "atm") return by;
  if (!rest.starts_with("otm:") && !rest.starts_with("itm:")) refuse();
  const std::string_view digits = rest.substr(4);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), by.rank);
  if (error != std::errc() || end != digits.data() + digits.size() || by.rank < 1 || by.rank > 100'000) refuse();
  if (rest.front() == 'i') by.rank = -by.rank;
  return by;
}

string text_of(const ByRank& by) {
  const string name = by.rank == 0 ? "atm" : (by.rank > 0 ? "otm:" : "itm:") + to_string(std::abs(by.rank));
  return name + (by.or_farther ? "+" : "");
}

}  // namespace tally::instruments
