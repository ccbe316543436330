// An account's risk authority with words for what happens to it.
#pragma once

#include "actors/risk_authority/risk_authority.hpp"
#include "actors/risk_authority/rules.hpp"
#include "tests/risk_authority/one_entity.hpp"

namespace tally::test {

inline Quantity quantity(const char* text) { return Quantity::parse(text); }
inline Money money(const char* text) { return Money::parse(text); }

// Limits that deny nothing a test asks for.
inline RiskLimits generous() {
  RiskLimits limits;
  limits.position_max = Quantity::whole(1'000'000);
  limits.order_quantity_max = Quantity::whole(1'000'000);
  limits.order_notional_max = Money::whole(1'000'000'000);
  limits.gross_notional_max = Money::whole(1'000'000'000);
  limits.leverage_max = Ratio::whole(1'000);
  limits.drawdown_max = Ratio::whole(1);
  limits.daily_loss_max = Money::whole(1'000'000'000);
  limits.open_positions_max = 1'000;
  return limits;
}

// One row of a batch: whole units, signed.
struct Wish {
  std::int64_t close = 0;
  std::int64_t open = 0;
  const char* subscription = "sub-1";
  const char* source = "alpha";
};

class Account : public OneEntity<RiskAuthority> {
 public:
  Account() : OneEntity("acct") {}

  // Armed, with limits, money and a mark of BTC at 100.
  static Account ready(RiskLimits limits = generous(), Money deposit = Money::whole(1'000'000)) {
    Account account;
    account.set(limits);
    account.deposit(deposit);
    account.give(ReconciliationCompleted{1, true, 0});
    account.mark("BTC", 100);
    return account;
  }

  void set(RiskLimits limits) { give(ChangeLimits{next_key(), OperatorId("ada"), limits}); }
  void deposit(Money amount) { flow(LedgerReason::deposit, amount); }
  void withdraw(Money amount) { flow(LedgerReason::withdrawal, -amount); }
  void flow(LedgerReason reason, Money amount) {
    give(InvestorLedgerUpdated{next_key(), InvestorId("ann"), {}, reason, amount, now});
  }
  std::vector<Message> mark(const char* product, std::int64_t price) {
    return give(MarkCaptured{ProductId(product), Price::whole(price), "test", now, {}});
  }

  // A batch formed now at the newest mark.
  NettingBatchFormed batch(const char* product, std::vector<Wish> wishes, BatchKind kind = BatchKind::shared) {
    NettingBatchFormed formed{{ProductId(product), kind, ++batches_}, now, {}, {}, 1, {}};
    if (const auto known = state().products.find(ProductId(product)); known != state().products.end()) {
      formed.mark = known->second.mark;
      formed.mark_at = known->second.mark_at;
      formed.multiplier = known->second.multiplier;
    }
    std::uint64_t number = 0;
    for (const Wish& wish : wishes)
      formed.rows.push_back({{SubscriptionId(wish.subscription), ++number}, InvestorId("ann"), SignalSourceId(wish.source),
                             Quantity::whole(wish.close), Quantity::whole(wish.open)});
    return formed;
  }
  std::vector<Message> judge(const char* product, std::vector<Wish> wishes, BatchKind kind = BatchKind::shared) {
    last = batch(product, std::move(wishes), kind);
    return give(last);
  }

  // The life of an order of batch `id`.
  void command(const BatchId& id, Quantity signed_quantity) {
    give(OrderCommanded{order_of(id), id, side_of(signed_quantity), OrderType::market, abs(signed_quantity), {}, now, {}});
  }
  void fill(const BatchId& id, Quantity signed_quantity, std::int64_t price, Quantity leaves = {}, Money fee = {},
            const char* source = "alpha") {
    give(OrderFilled{order_of(id), id, {}, side_of(signed_quantity), abs(signed_quantity), Price::whole(price), fee,
                     abs(signed_quantity), leaves, now});
    give(FillSplit{id,
                   order_of(id),
                   {},
                   Price::whole(price),
                   signed_quantity,
                   fee,
                   1,
                   {{SignalSourceId(source), signed_quantity}},
                   {},
                   now});
  }
  void cancel(const BatchId& id) { give(OrderCanceled{order_of(id), id, {}, Quantity::whole(1), false, "test"}); }
  std::vector<Message> refuse(const BatchId& id) {
    return give(OrderRejected{order_of(id), id, Quantity::whole(1), RuleId("VENUE"), "test"});
  }
  // Judged, commanded and filled whole.
  void hold(const char* product, std::int64_t signed_quantity, std::int64_t price, const char* source = "alpha") {
    const Quantity q = Quantity::whole(signed_quantity);
    judge(product, {{0, signed_quantity, "sub-1", source}});
    const BatchId id = last.batch;
    command(id, q);
    fill(id, q, price, {}, {}, source);
  }

  std::vector<Message> halt(const char* reason = "look into it") {
    return give(HaltTrading{next_key(), OperatorId("ada"), reason});
  }
  std::vector<Message> request_rearm(const char* by = "ada") { return give(RequestRearm{next_key(), OperatorId(by), "seen"}); }
  std::vector<Message> confirm_rearm(std::uint64_t request, const char* by = "ada") {
    return give(ConfirmRearm{next_key(), OperatorId(by), request});
  }

  void pass(std::int64_t ms) { now = now + ms * ns_per_ms; }
  IdempotencyKey next_key() { return IdempotencyKey("key-" + std::to_string(++keys_)); }

  static ClientOrderId order_of(const BatchId& id) { return ClientOrderId(text_of(id)); }

  NettingBatchFormed last;

 private:
  static Side side_of(Quantity quantity) { return quantity > Quantity{} ? Side::buy : Side::sell; }

  std::uint64_t batches_ = 0;
  std::uint64_t keys_ = 0;
};

// The rule of the one denial; empty where nothing was denied.
inline std::string denied_by(const std::vector<Message>& decided) {
  const auto denials = all_of<RiskRejected>(decided);
  if (denials.empty()) return "";
  return denials.size() == 1 ? std::string(denials[0].rule.text()) : "several";
}

}  // namespace tally::test
