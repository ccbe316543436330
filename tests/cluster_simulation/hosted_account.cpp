#include "tests/cluster_simulation/hosted_account.hpp"

#include "actors/broker_session/broker_session.hpp"
#include "actors/netting_book/netting_book.hpp"
#include "actors/programs.hpp"
#include "actors/subscription/subscription.hpp"
#include "persistence/leadership_lost.hpp"

namespace tally::cluster_simulation {

namespace the_account {

ProductDefined product_defined() {
  ProductDefined defined;
  defined.product = product;
  defined.lot = Quantity::parse("0.01");
  defined.tick = Price::parse("0.01");
  defined.minimum_unit = one_cent;
  defined.mid_wait_ms = 200;
  return defined;
}

Quantity position_max() { return Quantity::whole(3); }

std::vector<Message> configuration() {
  AccountConfigured account;
  account.account = AccountId(shard);
  account.venue = VenueId("sim");
  account.currency = "USD";
  account.minimum_unit = one_cent;
  RiskLimits limits;
  limits.position_max = position_max();
  limits.order_quantity_max = position_max() + position_max();
  limits.order_notional_max = Money::whole(1'000'000);
  limits.gross_notional_max = Money::whole(1'000'000);
  limits.leverage_max = Ratio::whole(100);
  limits.drawdown_max = Ratio::parse("0.99");
  limits.daily_loss_max = Money::whole(1'000'000);
  limits.open_positions_max = 10;
  std::vector<Message> all{account, product_defined(), ChangeLimits{IdempotencyKey("limits"), OperatorId("ada"), limits}};
  SubscriptionTerms terms;
  terms.risk_fraction = Ratio::parse("0.01");
  terms.leverage_max = Ratio::whole(5);
  terms.stop_required = false;
  const char* owners[] = {"ann", "bob"};
  for (const char* owner : owners)
    all.push_back(DepositFunds{IdempotencyKey(std::string("first-") + owner), InvestorId(owner), Money::whole(40'000), one_cent});
  for (int i = 0; i < 3; ++i)
    all.push_back(AddSubscription{IdempotencyKey("sub-" + std::to_string(i)), SubscriptionId("s" + std::to_string(i)),
                                  InvestorId(owners[i % 2]), SignalSourceId(i == 2 ? "mean" : "trend"), product, Money::whole(10'000),
                                  terms, one_cent});
  return all;
}

// What is recorded already need not be said again.
bool wanted(DeterministicHost& host, const Message& message) {
  if (std::holds_alternative<AccountConfigured>(message)) return host.state<BrokerSession>(shard.text()).venue.empty();
  if (std::holds_alternative<ProductDefined>(message)) return host.state<NettingBook>(product.text()).lot == Quantity{};
  return host.state<Subscription>("s2").source.empty();
}

}  // namespace the_account

HostedAccount::HostedAccount(Journal& journal, Hands hands, const std::string& node)
    : journal_(journal),
      hands_(std::move(hands)),
      term_(journal.take_over(the_account::shard)),
      host_(account_program(), the_account::shard, [this](const Entry& entry) { append(entry); }, &journal),
      gate_(term_, journal.end(the_account::shard)) {
  if (const Offset end = journal.end(the_account::shard); end > 0)
    last_recorded_ = journal.read(the_account::shard, end, 1).at(0)->recorded_at;
  // What stood there before this leadership is offered to the gate, too; it is never released.
  const Offset stood = journal.end(the_account::shard);
  for_each_entry(journal, the_account::shard, stood > 64 ? stood - 64 : 1, stood, [&](const Entry& entry) { release(entry); });
  inlet_.offer({ShardStarted{node, "simulated", hands_.now()}, 0});
  try {
    host_.recover();
  } catch (const LeadershipLost&) {
    over_ = true;
    return;
  }
  for (Message& message : the_account::configuration())
    if (the_account::wanted(host_, message)) inlet_.offer({std::move(message), 0});
  pump();
}

bool HostedAccount::offer(Message message, CommandNumber number) {
  if (over_) return false;
  if (!journal_.accepts_commands() && !reserved(message)) return false;
  if (!inlet_.offer({std::move(message), number})) return false;
  pump();
  return true;
}

void HostedAccount::look_at_clock() {
  if (!over_) pump();
}

void HostedAccount::pump() {
  try {
    while (host_.core().state().end - journal_.committed(the_account::shard) < uncommitted_max) {
      const auto deadline = host_.core().next_deadline();
      if (deadline && deadline->at <= hands_.now()) {
        sequence({DeadlineReached{deadline->target, deadline->name, deadline->at}, 0});
        continue;
      }
      auto input = inlet_.next();
      if (!input) return;
      sequence(std::move(*input));
    }
  } catch (const LeadershipLost&) {
    over_ = true;  // whoever leads now goes on from the journal
  } catch (const DiskReserveReached&) {
    over_ = true;  // its actor fails, and is started anew
  }
}

void HostedAccount::sequence(Input input) {
  std::vector<Message> messages = captured_for(input.message);
  messages.push_back(std::move(input.message));
  host_.submit(std::move(messages), hands_.now(), "simulated");
  answers_.push_back({host_.core().state().end, input.number});
}

void HostedAccount::append(const Entry& entry) {
  auto stamped = std::make_shared<Entry>(entry);
  last_recorded_ = stamped->recorded_at = std::max(last_recorded_, hands_.now());
  stamped->term = term_;
  const EntryPtr kept = std::move(stamped);
  journal_.append(the_account::shard, kept->offset, {&kept, 1}, Commit::now);
  tail_.push_back(kept);
}

void HostedAccount::committed(Offset offset) {
  while (!tail_.empty() && tail_.front()->offset <= offset) {
    release(*tail_.front());
    release(*tail_.front());   // a commit may be told twice
    tail_.pop_front();
  }
  while (!answers_.empty() && answers_.front().last <= offset) {
    const Answer answer = answers_.front();
    answers_.pop_front();
    if (answer.number != 0) hands_.answer(answer.number, answer.last);
  }
  if (!over_) pump();
}

void HostedAccount::release(const Entry& entry) {
  gate_.release(entry, [&](const Entry& standing, const Event& event, Port port) {
    if (port == Port::venue) hands_.effect(standing, event);
  });
}

// As a node's view of the market does it.
std::vector<Message> HostedAccount::captured_for(const Message& message) const {
  const auto* deadline = std::get_if<DeadlineReached>(&message);
  const bool book = deadline && deadline->target.kind == EntityKind::netting_book;
  const auto* withdraw = std::get_if<WithdrawFunds>(&message);
  const auto bar = hands_.bar();
  if (!bar || !(book || withdraw || std::holds_alternative<SendSignal>(message))) return {};
  std::vector<Message> captured;
  const Time now = hands_.now();
  captured.push_back(MarkCaptured{the_account::product, bar->close, "simulated", now,
                                  withdraw ? std::optional(withdraw->investor) : std::nullopt});
  if (withdraw) return captured;
  const Price half = Price::parse("0.5");
  captured.push_back(MidPriceCaptured{the_account::product, BookState::two_sided, bar->close - half, bar->close + half, bar->close,
                                      "simulated", 7, now});
  return captured;
}

}  // namespace tally::cluster_simulation
