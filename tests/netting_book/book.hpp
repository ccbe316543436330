// Drives one netting book: give it an entry's events, read what it decided as lines of text.
#pragma once

#include <string>
#include <vector>

#include "actors/netting_book/netting_book.hpp"

namespace tally {

inline Quantity qty(const std::string& text) { return Quantity::parse(text); }
inline Money money(const std::string& text) { return Money::parse(text); }
inline Price price(const std::string& text) { return Price::parse(text); }
inline IntentId intent(const char* subscription, std::uint64_t number = 1) { return {SubscriptionId(subscription), number}; }

class Book {
 public:
  using Lines = std::vector<std::string>;

  explicit Book(const char* product = "BTC-USD") : product_(product), cell_(Symbol(product)) {}

  // One lot of 1, cents, no window, a fresh mid of 100 (99 / 101).
  static Book ready() {
    Book book;
    book.define({});
    book.give({book.mid("100")});
    return book;
  }

  struct Settings {
    const char* lot = "1";
    const char* minimum_unit = "0.01";
    std::int64_t multiplier = 1;
    std::int64_t window_ms = 0;
    std::int64_t mid_wait_ms = 4'000;
    std::int64_t mid_age_ms_max = 5'000;
  };
  void define(const Settings& settings) {
    give({ProductDefined{product_, qty(settings.lot), price("0.01"), settings.multiplier, money(settings.minimum_unit),
                         settings.window_ms, settings.mid_wait_ms, settings.mid_age_ms_max}});
  }

  // ---- inputs ----
  MidPriceCaptured mid(const char* at, BookState state = BookState::two_sided) const {
    const Price one = Price::whole(1);
    return {product_, state, price(at) - one, price(at) + one, price(at), "sim:top", 7, now};
  }
  IntentCreated wish(const char* subscription, const char* close, const char* open, std::uint64_t number = 1,
                     IntentReason reason = IntentReason::signal) const {
    IntentCreated created;
    created.intent = intent(subscription, number);
    created.investor = InvestorId(std::string("inv-") + subscription);
    created.source = SignalSourceId(std::string("src-") + subscription[0]);
    created.product = product_;
    created.reason = reason;
    created.close = qty(close);
    created.open = qty(open);
    return created;
  }
  IntentCreated withdrawal(const char* subscription, const char* close, std::uint64_t number = 1) const {
    return wish(subscription, close, "0", number, IntentReason::withdrawal);
  }
  IntentCancelRequested cancel(const char* subscription, std::uint64_t number = 1) const {
    return {intent(subscription, number), product_};
  }
  BatchId batch(std::uint64_t number, BatchKind kind = BatchKind::shared) const { return {product_, kind, number}; }
  RiskApproved approved(const BatchId& id, ApprovalScope scope = ApprovalScope::whole) const {
    RiskApproved approval;
    approval.batch = id;
    approval.scope = scope;
    approval.buy = approval.sell = qty("1000000");
    return approval;
  }
  RiskApproved approved(std::uint64_t number) const { return approved(batch(number)); }
  OrderFilled fill(const BatchId& id, Side side, const char* quantity, const char* at = "100", const char* fee = "0") {
    OrderFilled filled;
    filled.order = ClientOrderId("order");
    filled.batch = id;
    filled.execution = ExecutionId("x" + std::to_string(++executions_));
    filled.side = side;
    filled.last_quantity = qty(quantity);
    filled.last_price = price(at);
    filled.fee = money(fee);
    filled.at = now;
    return filled;
  }
  OrderFilled fill(std::uint64_t number, Side side, const char* quantity, const char* at = "100", const char* fee = "0") {
    return fill(batch(number), side, quantity, at, fee);
  }
  OrderCanceled order_canceled(std::uint64_t number, const char* unfilled) const {
    return {ClientOrderId("order"), batch(number), {}, qty(unfilled), false, "by the venue"};
  }
  OrderRejected order_rejected(std::uint64_t number, const char* unfilled) const {
    return {ClientOrderId("order"), batch(number), qty(unfilled), RuleId("NO_MARGIN"), "not enough margin"};
  }
  DeadlineReached reached(const std::string& name) const { return {cell_.ref(), name, now}; }

  // ---- one step ----
  std::vector<Event> step(std::vector<Message> inputs) {
    Entry entry;
    std::vector<Delivery> deliveries;
    for (Message& input : inputs) {
      deliveries.push_back({static_cast<std::uint32_t>(entry.events.size()), 0, true});
      entry.events.push_back({{}, 0, std::move(input)});
    }
    std::vector<Event> out;
    cell_.take(entry, deliveries, now, out);
    return out;
  }
  Lines give(std::vector<Message> inputs) {
    Lines lines;
    for (const Event& event : step(std::move(inputs))) lines.push_back(line_of(event.body));
    return lines;
  }

  const NettingBook::State& state() const { return cell_.state(); }
  Cell<NettingBook>& cell() { return cell_; }
  ProductId product() const { return product_; }

  Time now{1'700'000'000'000'000'000};
  void wait_ms(std::int64_t ms) { now = now + ms * ns_per_ms; }

 private:
  std::string line_of(const Message& body) const {
    return std::visit([&](const auto& event) { return line(event); }, body);
  }
  static std::string shown(Side side) { return side == Side::buy ? "buy" : "sell"; }

  std::string line(const NettingBatchFormed& formed) const {
    std::string text = "formed " + text_of(formed.batch);
    for (const BatchRow& row : formed.rows) text += " " + text_of(row.intent) + ":" + row.close.text() + "/" + row.open.text();
    return text;
  }
  std::string line(const InternalNettingSettled& settled) const {
    return "crossed " + text_of(settled.batch) + " " + settled.crossed.text() + " at " + settled.mid.text() + rows(settled.rows);
  }
  std::string line(const NetOrderRequested& order) const {
    return "ordered " + text_of(order.batch) + " " + shown(order.side) + " " + order.quantity.text();
  }
  std::string line(const FillSplit& split) const {
    return "split " + text_of(split.batch) + " " + split.quantity.text() + rows(split.rows);
  }
  std::string line(const IntentsReturned& returned) const {
    std::string text = "returned " + text_of(returned.batch) + " " + std::string(returned.rule.text());
    for (const ReturnedRow& row : returned.rows) text += " " + text_of(row.intent) + "=" + row.unfilled.text();
    return text;
  }
  std::string line(const CancelRequested& asked) const { return "cancel " + text_of(asked.batch); }
  std::string line(const DeadlineSet& set) const {
    return "deadline " + set.name + " in " + std::to_string((set.at - now) / ns_per_ms);
  }
  std::string line(const AlertTriggered& alert) const { return "alert " + std::string(alert.rule.text()) + " " + alert.subject; }
  std::string line(const auto&) const { return "?"; }

  static std::string rows(const std::vector<SplitRow>& rows) {
    std::string text;
    for (const SplitRow& row : rows) text += " " + std::string(row.intent.subscription.text()) + "=" + row.quantity.text();
    return text;
  }

  ProductId product_;
  Cell<NettingBook> cell_;
  std::uint64_t executions_ = 0;
};

}  // namespace tally
