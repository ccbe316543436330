// The tables of one account, folded from its committed entries: the same entries give the same changes, in the same order, on
// whichever machine and from whichever moment on. Nothing is asked of the entities; what a subscription holds is computed from
// the same facts and by the same FIFO lots as its own.
#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "actors/lots/lots.hpp"
#include "actors/tables/rows.hpp"
#include "messages/entry.hpp"

namespace tally::tables {

class AccountTables {
 public:
  // What the entry changed; valid until the next call. Entries of the account in order, bars of its venue where they are known.
  const std::vector<Change>& fold(const Entry& entry);

 private:
  struct Book {        // one (strategy, symbol)
    std::map<ExecutionId, OpenPositionsLots> lots;
    Quantity net;
    Money cost;        // sum of price x signed quantity x multiplier of the open lots
    std::int64_t multiplier = 1;
    Money realized;
    Time at;
  };
  struct Follower {
    SignalSourceId source;
    ProductId product;
    Lots lots;
  };
  using BookKey = std::pair<SignalSourceId, ProductId>;
  // Segments of one closing and one opening, summed over the subscriptions.
  using Segments = std::map<std::pair<BookKey, ExecutionId>, TradeMatch>;

  void take(const AccountConfigured& configured);
  void take(const SubscriptionUpdated& updated);
  void take(const SignalReceived& signal);
  void take(const NettingBatchFormed& batch);
  void take(const RiskApproved& approved);
  void take(const RiskRejected& rejected);
  void take(const OrderFilled& fill);
  void take(const FillSplit& split);
  void take(const InternalNettingSettled& cross);
  void take(const DriftResolved& drift);
  void take(const BarObserved& bar);
  void take(const AlertTriggered& alert);
  void take(const CommandDenied& denied);
  template <class Other>
  void take(const Other&) {}

  void trade(SubscriptionId subscription, const LotFill& fill, Segments& segments);
  void finish(const LotFill& fill, const Segments& segments);
  void see(ProductId product, Price price, Time at);
  void show_position(const BookKey& key, Book& book, const std::set<ExecutionId>& lots);
  void show_unrealized(const BookKey& key, const Book& book);
  static Price average_of(const Book& book);

  void appended(Row row) { changes_.push_back({Change::What::appended, std::move(row)}); }
  void upserted(Row row) { changes_.push_back({Change::What::upserted, std::move(row)}); }
  void removed(Row row) { changes_.push_back({Change::What::removed, std::move(row)}); }

  AccountId account_;
  VenueId venue_;
  std::unordered_map<SubscriptionId, Follower> followers_;
  std::map<BookKey, Book> books_;
  std::map<BatchId, NettingBatchFormed> batches_;  // that risk has not judged
  struct Seen {
    Price price;
    Time at;
  };
  std::map<ProductId, Seen> prices_;
  std::uint64_t matches_ = 0;
  Time at_;                          // of the entry that is folded
  std::map<BookKey, std::set<ExecutionId>> touched_;   // by the trades of the entry
  std::vector<Change> changes_;
};

}  // namespace tally::tables
