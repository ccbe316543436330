#include "tests/netting_book/world.hpp"

#include <algorithm>

namespace tally {
namespace {

void law(bool holds, const char* name) {
  if (!holds) throw BrokenLaw{name};
}

Quantity sum_of(const std::vector<SplitRow>& rows) {
  Quantity sum;
  for (const SplitRow& row : rows) sum += row.quantity;
  return sum;
}

template <class Row>
bool ascending(const std::vector<Row>& rows) {
  return std::is_sorted(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.intent < b.intent; });
}

}  // namespace

World::World(std::uint64_t seed) : random_(seed) {
  static constexpr std::int64_t lots[] = {1, 1'000'000, 1'000'000'000, 25'000'000'000};  // 1e-9 ... 25
  static constexpr std::int64_t windows[] = {0, 0, 250};
  settings_.product = product_;
  settings_.lot = Quantity::from_units(lots[random_.between(0, 3)]);
  settings_.tick = Price::from_units(1);
  settings_.multiplier = random_.one_in(4) ? 50 : 1;
  settings_.minimum_unit = random_.one_in(4) ? Money::whole(1) : Money::from_units(10'000'000'000'000'000);
  settings_.netting_window_ms = windows[random_.between(0, 2)];
  settings_.mid_wait_ms = random_.one_in(5) ? 0 : 4'000;
  settings_.mid_age_ms_max = 5'000;
  const std::int64_t count = random_.between(1, random_.one_in(3) ? 24 : 6);
  for (std::int64_t i = 0; i < count; ++i) {
    Subscriber subscriber;
    subscriber.id = SubscriptionId("sub-" + std::to_string(i));
    subscriber.investor = InvestorId("inv-" + std::to_string(i / 2));
    subscriber.source = SignalSourceId("src-" + std::to_string(i % 3));
    places_[subscriber.id] = subscribers_.size();
    subscribers_.push_back(subscriber);
  }
}

World::Step World::first() {
  Step step{now_, {settings_}};
  price(step.inputs, true);
  return step;
}

// ---- what happens ----
World::Step World::next() {
  Step step{now_ = now_ + random_.between(0, 400) * ns_per_ms, {}};
  if (random_.one_in(4)) price(step.inputs, !random_.one_in(3));
  if (random_.one_in(3) && due(step.inputs)) return step;
  switch (random_.between(0, 15)) {
    case 0: case 1: case 2:
      for (std::int64_t n = random_.between(1, 8); n > 0; --n) wish(step.inputs, random_.one_in(8));
      break;
    case 3: cancel(step.inputs); break;
    case 4: close_order(step.inputs); break;
    case 5: late_fill(step.inputs); break;
    case 6: drift(step.inputs); break;
    case 7: case 8: case 9: case 10: judge(step.inputs, random_.one_in(3)); break;
    default: fill(step.inputs, random_.one_in(6));
  }
  if (random_.one_in(12)) cancel(step.inputs);
  return step;
}

World::Step World::drain() {
  Step step{now_ = now_ + 100 * ns_per_ms, {}};
  if (!to_judge_.empty()) judge(step.inputs, false);
  else if (!orders_.empty()) fill(step.inputs, true);
  else if (!deadlines_.empty()) {
    step.now = now_ = std::max(now_, deadlines_.front().at);
    price(step.inputs, true);
    step.inputs.push_back(deadlines_.front());
    deadlines_.erase(deadlines_.begin());
  }
  return step;
}

void World::wish(std::vector<Message>& inputs, bool withdrawal) {
  Subscriber& subscriber = subscribers_[random_.next() % subscribers_.size()];
  if (subscriber.working) return;
  IntentCreated created;
  created.intent = {subscriber.id, ++subscriber.intents};
  created.investor = subscriber.investor;
  created.source = subscriber.source;
  created.product = product_;
  const Quantity open = lots(random_.one_in(5) ? random_.between(1, 1'000'000) : random_.between(1, 9)) +
                        Quantity::from_units(random_.one_in(6) ? random_.between(0, settings_.lot.units() - 1) : 0);
  const bool buys = random_.one_in(2);
  if (sign(subscriber.position) * (buys ? 1 : -1) < 0) created.close = -subscriber.position;
  if (withdrawal) {
    if (subscriber.position == Quantity{}) return void(--subscriber.intents);
    created.reason = IntentReason::withdrawal;
    created.close = -subscriber.position;
  } else if (created.close == Quantity{} || random_.one_in(2)) {
    created.open = buys ? open : -open;
  }
  Working working;
  working.id = created.intent;
  working.close = created.close;
  working.open = created.open;
  working.withdrawal = working.waits_for_word = withdrawal;
  subscriber.working = working;
  inputs.push_back(created);
}

void World::cancel(std::vector<Message>& inputs) {
  Subscriber& subscriber = subscribers_[random_.next() % subscribers_.size()];
  if (!subscriber.working || subscriber.working->cancel_asked || subscriber.working->withdrawal) return;
  subscriber.working->cancel_asked = subscriber.working->waits_for_word = true;
  inputs.push_back(IntentCancelRequested{subscriber.working->id, product_});
}

void World::judge(std::vector<Message>& inputs, bool deny) {
  if (to_judge_.empty()) return;
  const NettingBatchFormed batch = to_judge_.front();
  to_judge_.pop_front();
  RiskRejected rejected{batch.batch, RuleId("POSITION_LIMIT_EXCEEDED"), "too much", {}};
  RiskApproved approved;
  approved.batch = batch.batch;
  bool opens = false;
  bool rest = false;
  const bool all = random_.one_in(3);
  Quantity net;  // of whole lots, as the book executes
  for (const BatchRow& row : batch.rows) {
    const bool denied = deny && row.open != Quantity{} && (all || random_.one_in(2));
    const Quantity left = denied ? row.close : row.close + row.open;
    (left > Quantity{} ? approved.buy : approved.sell) += abs(left);
    net += lots(whole_lots(left, settings_.lot));
    opens = opens || (!denied && row.open != Quantity{});
    rest = rest || left != Quantity{};
    if (!denied) continue;
    rejected.intents.push_back(row.intent);
    if (Working* intent = working(row.intent)) {
      intent->denied = intent->open;
      if (intent->outstanding() == Quantity{}) intent->waits_for_word = false;  // it hears the denial itself
    }
    forget_if_over(who(row.intent));
  }
  approved.scope = opens ? ApprovalScope::whole : ApprovalScope::closing;
  if (!rejected.intents.empty()) inputs.push_back(rejected);
  judged_[batch.batch] = abs(net);
  if (rest) inputs.push_back(approved);
}

void World::price(std::vector<Message>& inputs, bool usable) {
  static constexpr BookState bad[] = {BookState::one_sided, BookState::locked, BookState::crossed, BookState::missing};
  MidPriceCaptured mid;
  mid.product = product_;
  mid.state = usable ? BookState::two_sided : bad[random_.between(0, 3)];
  mid.mid = Price::from_units(random_.between(1, 90'000'000'000'000));
  mid.at = now_;
  inputs.push_back(MarkCaptured{product_, mid.mid, "test", now_, {}});
  inputs.push_back(mid);
}

Message World::filled(const Order& order, std::int64_t count) {
  OrderFilled fill;
  fill.order = ClientOrderId("order");
  fill.batch = order.batch;
  fill.execution = ExecutionId("x" + std::to_string(++executions_));
  fill.side = order.side;
  fill.last_quantity = lots(count);
  fill.last_price = Price::from_units(random_.between(1, 90'000'000'000'000));
  fill.fee = Money::from_units(static_cast<Int128>(random_.between(-1'000'000'000'000, 4'000'000'000'000'000'000)));
  fill.at = now_;
  ++fills_;
  return fill;
}

void World::fill(std::vector<Message>& inputs, bool whole) {
  if (orders_.empty()) return;
  Order& order = orders_[random_.next() % orders_.size()];
  const std::int64_t left = order.leaves.units() / settings_.lot.units();
  const std::int64_t count = whole ? left : random_.one_in(2) ? 1 : random_.between(1, left);
  inputs.push_back(filled(order, count));
  order.leaves -= lots(count);
  std::erase_if(orders_, [](const Order& other) { return other.leaves == Quantity{}; });
}

void World::close_order(std::vector<Message>& inputs) {
  if (orders_.empty()) return;
  const std::size_t place = random_.next() % orders_.size();
  const Order order = orders_[place];
  if (!order.cancel_asked && !random_.one_in(3)) return;
  orders_.erase(orders_.begin() + static_cast<std::ptrdiff_t>(place));
  if (random_.one_in(3)) {
    inputs.push_back(OrderRejected{ClientOrderId("order"), order.batch, order.leaves, RuleId("VENUE_REJECTED"), "no"});
  } else {
    inputs.push_back(OrderCanceled{ClientOrderId("order"), order.batch, {}, order.leaves, random_.one_in(2), "closed"});
    ended_.push_back(order);
    if (ended_.size() > 3) ended_.erase(ended_.begin());
  }
}

void World::late_fill(std::vector<Message>& inputs) {
  if (ended_.empty()) return;
  Order& order = ended_.back();
  const std::int64_t count = random_.between(1, order.leaves.units() / settings_.lot.units());
  inputs.push_back(filled(order, count));
  order.leaves -= lots(count);
  if (order.leaves == Quantity{}) ended_.pop_back();
}

void World::drift(std::vector<Message>& inputs) {
  if (!random_.one_in(5)) return;
  Subscriber& subscriber = subscribers_[random_.next() % subscribers_.size()];
  DriftResolved resolved;
  resolved.product = product_;
  resolved.resolution = DriftResolution::assigned;
  resolved.quantity = Quantity::from_units(random_.between(-5, 5) * settings_.lot.units() / 2);
  resolved.subscription = subscriber.id;
  subscriber.position += resolved.quantity;
  inputs.push_back(resolved);
}

bool World::due(std::vector<Message>& inputs) {
  for (std::size_t i = 0; i < deadlines_.size(); ++i) {
    if (deadlines_[i].at > now_) continue;
    inputs.push_back(deadlines_[i]);
    deadlines_.erase(deadlines_.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  return false;
}

// ---- what the book decided ----
void World::see(const std::vector<Event>& decided) {
  for (const Event& event : decided) std::visit([&](const auto& body) { on(body); }, event.body);
}

World::Subscriber& World::who(const IntentId& intent) { return subscribers_[places_.at(intent.subscription)]; }

World::Working* World::working(const IntentId& intent) {
  std::optional<Working>& one = who(intent).working;
  return one && one->id == intent ? &*one : nullptr;
}

void World::forget_if_over(Subscriber& subscriber) {
  if (subscriber.working && subscriber.working->outstanding() == Quantity{} && !subscriber.working->waits_for_word)
    subscriber.working.reset();
}

void World::on(const NettingBatchFormed& formed) {
  law(!formed.rows.empty() && ascending(formed.rows), "rows of a batch ascend");
  for (const auto& [id, batch] : batches_) law(id != formed.batch, "a batch id is used once");
  for (const BatchRow& row : formed.rows) {
    const Working* intent = working(row.intent);
    law(intent && intent->outstanding() != Quantity{}, "only what works is batched");
    law(abs(row.close) <= abs(intent->close) && abs(row.open) <= abs(intent->open - intent->denied), "no leg grows");
    law((row.close + row.open).units() % settings_.lot.units() == 0, "batches are whole lots");
  }
  if (formed.batch.kind == BatchKind::withdrawal) law(formed.rows.size() == 1, "a withdrawal is alone");
  batches_[formed.batch] = formed;
  to_judge_.push_back(formed);
}

// The weights of a side: what still works of each wish, without what risk denied or was given back.
World::Sequence World::sequence_of(const BatchId& batch, Side side) const {
  Sequence sequence;
  for (const BatchRow& row : batches_.at(batch).rows) {
    const Subscriber& subscriber = subscribers_[places_.at(row.intent.subscription)];
    if (!subscriber.working || subscriber.working->id != row.intent) continue;
    const std::int64_t weight = subscriber.working->outstanding().units() / settings_.lot.units();
    if (weight == 0 || (weight > 0) != (side == Side::buy)) continue;
    sequence.weights[row.intent] = std::abs(weight);
    sequence.weight += std::abs(weight);
  }
  return sequence;
}

void World::take_row(const SplitRow& row, Price price) {
  law(row.quantity != Quantity{}, "no empty rows");
  law(row.cash.units() % settings_.minimum_unit.units() == 0, "cash is whole units");
  law(row.residual >= Money{} && row.residual < settings_.minimum_unit, "a residual is below one unit");
  law(row.cash + row.residual + row.fee == -notional(price, row.quantity, settings_.multiplier), "a row is exact");
  Subscriber& subscriber = who(row.intent);
  law(row.investor == subscriber.investor, "a row names its investor");
  subscriber.position += row.quantity;
  subscriber.money += row.cash + row.residual;
  if (Working* intent = working(row.intent)) {
    law(sign(row.quantity) == sign(intent->close + intent->open), "nobody trades against their wish");
    intent->filled += row.quantity;
    const Quantity wanted = intent->close + intent->open;
    law(abs(intent->filled + intent->returned + intent->denied) <= abs(wanted), "nobody gets more than wanted");
    forget_if_over(subscriber);
  }
}

void World::settle_sequence(Sequence& sequence, const std::vector<SplitRow>& rows, std::int64_t count) {
  sequence.given += count;
  for (const SplitRow& row : rows)
    if (sequence.weights.contains(row.intent)) sequence.traded[row.intent] += abs(row.quantity).units() / settings_.lot.units();
  std::int64_t all = 0;
  for (const auto& [intent, weight] : sequence.weights) {
    const std::int64_t traded = sequence.traded[intent];
    all += traded;
    const Int128 error = static_cast<Int128>(traded) * sequence.weight - static_cast<Int128>(sequence.given) * weight;
    law(error < sequence.weight && -error < sequence.weight, "everybody is within one lot of their share");
  }
  law(all == sequence.given, "the sequence adds up");
}

void World::on(const InternalNettingSettled& settled) {
  law(ascending(settled.rows) && sum_of(settled.rows) == Quantity{}, "a cross adds up to zero");
  law(settled.batch.kind == BatchKind::shared, "a withdrawal is never crossed");
  const Sequence buyers = sequence_of(settled.batch, Side::buy);
  const Sequence sellers = sequence_of(settled.batch, Side::sell);
  Sequence heavier = buyers.weight > sellers.weight ? buyers : sellers;
  law(settled.crossed == lots(std::min(buyers.weight, sellers.weight)), "all that offsets is crossed");
  settle_sequence(heavier, settled.rows, settled.crossed.units() / settings_.lot.units());
  sequences_[settled.batch] = heavier;
  Money money;
  for (const SplitRow& row : settled.rows) {
    law(row.fee == Money{}, "a cross has no fee");
    money += row.cash + row.residual;
    take_row(row, settled.mid);
  }
  law(money == Money{}, "a cross moves money, and makes none");
}

bool World::opens(const NetOrderRequested& order) {
  for (const BatchRow& row : batches_.at(order.batch).rows) {
    const Working* intent = working(row.intent);
    if (!intent) continue;
    const Quantity wanted = intent->close + intent->open - intent->denied - intent->returned;
    if ((wanted > Quantity{}) == (order.side == Side::buy) && abs(wanted) > abs(intent->close)) return true;
  }
  return false;
}

void World::on(const NetOrderRequested& requested) {
  if (requested.batch.kind == BatchKind::shared)
    for (const Order& order : orders_) law(order.batch.kind != BatchKind::shared, "one shared order at a time");
  if (!sequences_.contains(requested.batch)) sequences_[requested.batch] = sequence_of(requested.batch, requested.side);
  const Sequence& sequence = sequences_[requested.batch];
  law(requested.quantity == lots(sequence.weight - sequence.given), "the rest is ordered");
  law(requested.quantity > Quantity{}, "an order is for something");
  law(requested.quantity <= judged_.at(requested.batch) || !opens(requested), "an order that opens is no larger than risk judged");
  orders_.push_back({requested.batch, requested.side, requested.quantity});
}

void World::on(const FillSplit& split) {
  law(ascending(split.rows) && sum_of(split.rows) == split.quantity, "a split adds up");
  Money fee;
  for (const SplitRow& row : split.rows) {
    fee += row.fee;
    take_row(row, split.price);
  }
  law(fee == split.fee, "fees add up");
  venue_money_ += -notional(split.price, split.quantity, settings_.multiplier) - split.fee;
  settle_sequence(sequences_.at(split.batch), split.rows, abs(split.quantity).units() / settings_.lot.units());
}

void World::on(const IntentsReturned& returned) {
  law(!returned.rows.empty() && ascending(returned.rows), "rows given back ascend");
  for (const ReturnedRow& row : returned.rows) {
    Working* intent = working(row.intent);
    if (!intent) {
      law(row.unfilled == Quantity{}, "what is over is not given back again");
      continue;
    }
    law(row.unfilled == Quantity{} || sign(row.unfilled) == sign(intent->outstanding()), "given back in its direction");
    law(abs(row.unfilled) <= abs(intent->outstanding()), "no more is given back than works");
    law(returned.rule != cancelled_rule() || abs(row.unfilled) <= abs(intent->open), "what closes is not cancelled");
    intent->returned += row.unfilled;
    if (intent->outstanding() == Quantity{}) intent->waits_for_word = false;
    law(row.unfilled != Quantity{} || intent->outstanding() == Quantity{}, "word of nothing only when nothing works");
    forget_if_over(who(row.intent));
  }
}

void World::on(const CancelRequested& cancel) {
  for (Order& order : orders_)
    if (order.batch == cancel.batch) {
      law(!order.cancel_asked, "a cancel is asked once");
      order.cancel_asked = true;
    }
}

void World::on(const DeadlineSet& set) { deadlines_.push_back({set.target, set.name, set.at}); }

void World::compare(const NettingBook::State& state) const {
  Quantity position;
  Money money;
  for (const Subscriber& subscriber : subscribers_) {
    position += subscriber.position;
    money += subscriber.money;
  }
  law(state.position == position, "the subscriptions add up to the book");
  law(money == venue_money_, "what the subscriptions paid is what the venue received");
  for (const auto* lane : {&state.shared, &state.withdrawals})
    for (const Member& member : lane->waiting) {
      const Subscriber& subscriber = subscribers_[places_.at(member.wish.intent.subscription)];
      law(subscriber.working && subscriber.working->id == member.wish.intent, "only what works waits");
      law(member.wanted() == subscriber.working->outstanding(), "book and subscription agree on what works");
    }
}

void World::check_all_done() const {
  for (const Subscriber& subscriber : subscribers_) {
    if (!subscriber.working) continue;
    law(subscriber.working->outstanding() == Quantity{}, "every part of an intent is traded, denied or given back");
    law(!subscriber.working->waits_for_word, "who waits for word gets it");
  }
}

}  // namespace tally
