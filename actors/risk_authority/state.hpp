// What the risk authority of one account remembers. Bounded by the account's products, their signal sources and the
// batches that are under way; nothing grows with the history.
#pragma once

#include <boost/container/flat_map.hpp>

#include "messages/orders.hpp"

namespace tally {

// What one approved batch may still trade. After the order is commanded it is the order's leaves, so that the sum of
// |buy - sell| over all reservations is the sum of the leaves of approved orders that are not done.
struct Reservation {
  BatchId batch;
  Quantity buy;             // by side, crosses included until they are settled
  Quantity sell;
  bool opens = false;       // holds approved openings: takes a slot of the trade picker, expires
  bool commanded = false;   // an order exists: from here on only its end releases this
  Time expires_at;          // of an opening that was never commanded; ns 0: never
};
BOOST_DESCRIBE_STRUCT(Reservation, (), (batch, buy, sell, opens, commanded, expires_at))

struct ProductRisk {
  Quantity position;                 // of the account, from confirmed fills
  Price mark;                        // the newest known; its first fill's price where no mark was seen; zero: none
  Time mark_at;                      // ns 0: no mark was ever captured
  std::int64_t multiplier = 1;
  boost::container::flat_map<SignalSourceId, Quantity> sources;    // net position per source, zeros left out
  boost::container::flat_map<SubscriptionId, Quantity> assigned;   // drift given to one whose source is not yet known
  std::vector<Reservation> reservations;                           // at most one a batch kind, so very few
  std::uint64_t judged_shared = 0;                                 // highest batch number with a verdict, by kind
  std::uint64_t judged_withdrawal = 0;
};
BOOST_DESCRIBE_STRUCT(ProductRisk, (),
                      (position, mark, mark_at, multiplier, sources, assigned, reservations, judged_shared, judged_withdrawal))

// Sums over the products, kept up with every change so that a decision does not walk them.
struct AccountTotals {
  Money marked;              // position x mark x multiplier, signed
  Money exposed;             // the largest |position| that pending orders can lead to, x mark x multiplier
  std::int64_t open = 0;     // products with a position of the account or of any source
  std::int64_t pending = 0;  // products that are not open and have an approved opening under way
};
BOOST_DESCRIBE_STRUCT(AccountTotals, (), (marked, exposed, open, pending))

struct Halt {
  IdempotencyKey key;
  OperatorId by;             // empty: the authority itself
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(Halt, (), (key, by, reason))

struct RiskState {
  RiskLimits limits;
  std::uint64_t limits_version = 0;  // 0: never set
  IdempotencyKey limits_key;         // of the last change

  bool armed = false;                // a clean comparison with the venue was seen since the last start
  boost::container::flat_map<RuleId, Halt> halts;  // by what halted; openings stop while any stands
  std::uint64_t halt_count = 0;
  std::uint64_t rearm_count = 0;     // RearmRequested::request of the last one
  bool rearm_pending = false;
  IdempotencyKey rearm_key;          // of the last request or confirmation

  Money cash;                        // of the account: what came in, went out, was paid and received
  Money peak;                        // highest equity; money moved in or out scales it
  std::int64_t day = 0;              // UTC days since 1970
  Money day_start;                   // equity when the day began; money moved in or out shifts it
  Time seen_at;                      // latest moment known to the folds

  boost::container::flat_map<ProductId, ProductRisk> products;
  AccountTotals totals;
  Time sweep_at;                     // when expired reservations are looked for next; ns 0: not set

  std::vector<Time> rejections;      // the newest reject_alert_count of them, ascending
  Time reject_alert_at;              // of the last REJECT_RATE alert; ns 0: none
};
BOOST_DESCRIBE_STRUCT(RiskState, (),
                      (limits, limits_version, limits_key, armed, halts, halt_count, rearm_count, rearm_pending, rearm_key, cash,
                       peak, day, day_start, seen_at, products, totals, sweep_at, rejections, reject_alert_at))

}  // namespace tally
