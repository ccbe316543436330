// What an account and its feed look like at a moment, as metrics: a fold of committed entries, asked when somebody looks. Figures
// are doubles, for charts and alerts; exact amounts are in the tables and statements.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "actors/tables/account_tables.hpp"
#include "gateway/metrics/metric_family.hpp"

namespace tally {

class AccountMetrics {
 public:
  // `top_symbols`: how many (strategy, symbol) pairs are shown by themselves, those with the largest unrealized profit or loss.
  explicit AccountMetrics(std::size_t top_symbols) : top_symbols_(top_symbols) {}

  void fold_account(const Entry& entry);
  void fold_venue(const Entry& entry);   // its bars are the live prices

  // Ages and delays are measured from `now`.
  std::vector<MetricFamilyOf> at(Time now) const;

 private:
  using Key = std::pair<SignalSourceId, ProductId>;
  struct Position {
    Quantity net;
    Money cost;          // signed, multiplier included
    Time updated;
  };
  struct Seen {
    Price price;
    Time at;
  };

  void take(const tables::Change& change);

  std::size_t top_symbols_;
  tables::AccountTables tables_;
  std::string account_;
  std::map<ProductId, std::int64_t> multipliers_;
  std::map<ProductId, Seen> prices_;
  std::map<ProductId, Time> bars_;                     // the close of the newest
  std::map<Key, Position> positions_;                  // that are open
  std::map<Key, Money> realized_;
  std::map<std::string, std::uint64_t> rejected_;      // by rule
  std::uint64_t accepted_ = 0;
  std::uint64_t matches_ = 0;
};

}  // namespace tally
