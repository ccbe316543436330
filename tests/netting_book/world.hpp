// A random world around one netting book: subscriptions that wish, cancel and withdraw, a risk authority that denies at
// times, a venue that fills, cancels, rejects and reports late, prices that come and go. It keeps its own ledger of what every
// subscription must have, and checks each decision against the laws as it comes.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/netting_book/netting_book.hpp"
#include "tests/netting_book/random.hpp"

namespace tally {

struct BrokenLaw {
  std::string law;
};

class World {
 public:
  struct Step {
    Time now;
    std::vector<Message> inputs;
  };

  explicit World(std::uint64_t seed);

  // The settings come first.
  Step first();
  // What happens next, given what the book decided so far.
  Step next();
  // As next(), but only what brings things to an end: approvals, usable mids, fills, deadlines. Empty when nothing is left.
  Step drain();

  // Takes what the book decided; throws BrokenLaw.
  void see(const std::vector<Event>& decided);
  // Compares the book's own figures with this ledger's; throws BrokenLaw.
  void compare(const NettingBook::State& state) const;
  // Nothing is left hanging; to be asked after the drain.
  void check_all_done() const;

  std::int64_t fills() const { return fills_; }
  ProductId product() const { return product_; }

 private:
  struct Working {
    IntentId id;
    Quantity close;
    Quantity open;
    Quantity filled;
    Quantity returned;
    Quantity denied;
    bool withdrawal = false;
    bool cancel_asked = false;
    bool waits_for_word = false;
    Quantity outstanding() const { return close + open - denied - filled - returned; }
  };
  struct Subscriber {
    SubscriptionId id;
    InvestorId investor;
    SignalSourceId source;
    Quantity position;
    Money money;
    std::uint64_t intents = 0;
    std::optional<Working> working;
  };
  struct Order {
    BatchId batch;
    Side side = Side::buy;
    Quantity leaves;
    bool cancel_asked = false;
  };
  // The heavier side of a batch in execution, by this ledger's own count.
  struct Sequence {
    std::map<IntentId, std::int64_t> weights;
    std::map<IntentId, std::int64_t> traded;
    std::int64_t weight = 0;
    std::int64_t given = 0;
  };

  void wish(std::vector<Message>& inputs, bool withdrawal);
  void cancel(std::vector<Message>& inputs);
  void judge(std::vector<Message>& inputs, bool deny);
  void price(std::vector<Message>& inputs, bool usable);
  void fill(std::vector<Message>& inputs, bool whole);
  void close_order(std::vector<Message>& inputs);
  void late_fill(std::vector<Message>& inputs);
  void drift(std::vector<Message>& inputs);
  bool due(std::vector<Message>& inputs);
  Message filled(const Order& order, std::int64_t lots);

  void on(const NettingBatchFormed& formed);
  void on(const InternalNettingSettled& settled);
  void on(const NetOrderRequested& requested);
  void on(const FillSplit& split);
  void on(const IntentsReturned& returned);
  void on(const CancelRequested& cancel);
  void on(const DeadlineSet& set);
  void on(const auto&) {}

  void take_row(const SplitRow& row, Price price);
  bool opens(const NetOrderRequested& order);
  void settle_sequence(Sequence& sequence, const std::vector<SplitRow>& rows, std::int64_t lots);
  Sequence sequence_of(const BatchId& batch, Side side) const;
  Subscriber& who(const IntentId& intent);
  Working* working(const IntentId& intent);
  void forget_if_over(Subscriber& subscriber);
  Quantity lots(std::int64_t count) const { return Quantity::from_units(count * settings_.lot.units()); }

  Random random_;
  ProductDefined settings_;
  ProductId product_{"BTC-USD"};
  Time now_{1'700'000'000'000'000'000};
  std::vector<Subscriber> subscribers_;
  std::map<SubscriptionId, std::size_t> places_;
  std::deque<NettingBatchFormed> to_judge_;
  std::map<BatchId, NettingBatchFormed> batches_;   // as formed, for their members
  std::map<BatchId, Sequence> sequences_;
  std::map<BatchId, Quantity> judged_;              // the size of the net order that risk approved
  std::vector<Order> orders_;
  std::vector<Order> ended_;       // cancelled with leaves: may still fill
  std::vector<DeadlineReached> deadlines_;
  Money venue_money_;              // what the account paid and received at the venue
  std::int64_t fills_ = 0;
  std::uint64_t executions_ = 0;
};

}  // namespace tally
