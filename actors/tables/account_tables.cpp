#include "actors/tables/account_tables.hpp"

#include <algorithm>

namespace tally::tables {
namespace {

Action action_of(Quantity signed_quantity) { return signed_quantity < Quantity{} ? Action::SELL : Action::BUY; }
Action action_of(Direction direction) {
  return direction.value == 0 ? Action::FLAT : direction.value > 0 ? Action::BUY : Action::SELL;
}
PositionSide side_of(Quantity quantity) { return quantity < Quantity{} ? PositionSide::SHORT : PositionSide::LONG; }

}  // namespace

Price AccountTables::average_of(const Book& book) {
  if (book.net == Quantity{}) return {};
  return Price::from_units(static_cast<std::int64_t>(book.cost.units() / (Int128{book.net.units()} * book.multiplier)));
}

const std::vector<Change>& AccountTables::fold(const Entry& entry) {
  changes_.clear();
  at_ = entry.at;
  for (const Event& event : entry.events) std::visit([this](const auto& body) { take(body); }, event.body);
  return changes_;
}

// ---- who there is ----

void AccountTables::take(const AccountConfigured& configured) {
  account_ = configured.account;
  venue_ = configured.venue;
}

void AccountTables::take(const SubscriptionUpdated& updated) {
  Follower& follower = followers_[updated.subscription];
  follower.source = updated.source;
  follower.product = updated.product;
}

// ---- wishes ----

void AccountTables::take(const SignalReceived& signal) {
  const Action action = action_of(signal.direction);
  appended(StrategySignalHistory{signal.source, signal.product, signal.received_at, action, signal.stop_loss_ratio,
                                 std::string(signal.key.text())});
  upserted(StrategySignalLatest{signal.source, signal.product, action, signal.received_at});
  if (signal.mark != Price{}) see(signal.product, signal.mark, signal.mark_at);
}

void AccountTables::take(const NettingBatchFormed& batch) { batches_[batch.batch] = batch; }

// A batch is judged as a whole or in two parts; what was rejected of it is known before.
void AccountTables::take(const RiskRejected& rejected) {
  appended(RiskAlertsHistory{account_, rejected.rule, rejected.reason, at_});
  const auto it = batches_.find(rejected.batch);
  if (it == batches_.end()) return;
  for (BatchRow& row : it->second.rows)
    if (std::binary_search(rejected.intents.begin(), rejected.intents.end(), row.intent)) row.open = {};
}

void AccountTables::take(const RiskApproved& approved) {
  const auto it = batches_.find(approved.batch);
  if (it == batches_.end()) return;
  std::map<SignalSourceId, Quantity> wanted;
  for (const BatchRow& row : it->second.rows)
    wanted[row.source] += row.close + (approved.scope == ApprovalScope::whole ? row.open : Quantity{});
  for (const auto& [source, quantity] : wanted)
    if (quantity != Quantity{})
      appended(AcceptedTradeSignalHistory{account_, source, approved.batch.product, action_of(quantity), abs(quantity), at_, "OK"});
  batches_.erase(it);
}

// ---- trades ----

void AccountTables::take(const OrderFilled& fill) {
  appended(ExecReportHistory{account_, fill.order, fill.execution, fill.batch.product, fill.side == Side::buy ? Action::BUY : Action::SELL,
                             fill.last_quantity, fill.last_price, fill.at, fill.fee, venue_});
}

void AccountTables::take(const FillSplit& split) {
  Segments segments;
  LotFill part{{}, split.price, split.multiplier, split.execution, split.at};
  for (const SplitRow& row : split.rows) {
    part.quantity = row.quantity;
    trade(row.intent.subscription, part, segments);
  }
  finish(part, segments);
  see(split.batch.product, split.price, split.at);
}

void AccountTables::take(const InternalNettingSettled& cross) {
  Segments segments;
  LotFill part{{}, cross.mid, cross.multiplier, cross.execution, cross.mid_at};
  for (const SplitRow& row : cross.rows) {
    part.quantity = row.quantity;
    trade(row.intent.subscription, part, segments);
  }
  finish(part, segments);
  see(cross.batch.product, cross.mid, cross.mid_at);
}

void AccountTables::take(const DriftResolved& drift) {
  if (drift.kind != DriftKind::position || drift.resolution != DriftResolution::assigned || !drift.subscription) return;
  Segments segments;
  const LotFill fill{drift.quantity, drift.price, drift.multiplier, ExecutionId("drift:" + std::to_string(drift.drift)), drift.at};
  trade(*drift.subscription, fill, segments);
  finish(fill, segments);
  see(drift.product, drift.price, drift.at);
}

// One subscription's part: its own lots first, then the sums of its strategy.
void AccountTables::trade(SubscriptionId subscription, const LotFill& fill, Segments& segments) {
  const auto it = followers_.find(subscription);
  if (it == followers_.end()) return;
  Follower& follower = it->second;
  const BookKey key{follower.source, follower.product};
  Book& book = books_[key];
  book.multiplier = fill.multiplier;
  book.at = fill.at;
  std::set<ExecutionId>& touched = touched_[key];

  Quantity opened = fill.quantity;
  for (const TradeMatch& match : matches_of(follower.lots, fill)) {
    OpenPositionsLots& lot = book.lots.at(match.opening);
    lot.qtyRem -= match.quantity;
    lot.tsUpdated = fill.at;
    touched.insert(match.opening);
    book.cost -= notional(match.opened, match.quantity, fill.multiplier);
    book.realized += match.realized;
    opened += match.quantity;
    const auto [segment, first] = segments.try_emplace({key, match.opening}, match);
    if (first) continue;
    segment->second.quantity += match.quantity;
    segment->second.realized += match.realized;
  }
  if (opened != Quantity{}) {
    OpenPositionsLots fresh{account_, key.first, key.second, fill.execution, {}, {}, {}, fill.price, fill.at, fill.at};
    OpenPositionsLots& lot = book.lots.try_emplace(fill.execution, std::move(fresh)).first->second;
    lot.qtyOpen += opened;
    lot.qtyRem += opened;
    touched.insert(fill.execution);
    book.cost += notional(fill.price, opened, fill.multiplier);
  }
  tally::take(follower.lots, fill);
  book.net += fill.quantity;
}

void AccountTables::finish(const LotFill& fill, const Segments& segments) {
  for (const auto& [place, match] : segments) {
    if (match.quantity == Quantity{}) continue;
    const bool of_long = match.quantity > Quantity{};
    appended(TradeMatchHistory{++matches_, account_, place.first.first, place.first.second, of_long ? match.opening : match.closing,
                               of_long ? match.closing : match.opening, abs(match.quantity), of_long ? match.opened : match.closed,
                               of_long ? match.closed : match.opened, match.realized, fill.at});
  }
  for (const auto& [key, lots] : touched_) show_position(key, books_.at(key), lots);
  touched_.clear();
}

void AccountTables::show_position(const BookKey& key, Book& book, const std::set<ExecutionId>& lots) {
  for (const ExecutionId& id : lots) {
    const auto lot = book.lots.find(id);
    OpenPositionsLots shown = lot->second;
    const bool open = shown.qtyRem != Quantity{};
    shown.side = side_of(open ? shown.qtyRem : shown.qtyOpen);
    shown.qtyOpen = abs(shown.qtyOpen);
    shown.qtyRem = abs(shown.qtyRem);
    if (open) {
      upserted(std::move(shown));
    } else {
      removed(std::move(shown));
      book.lots.erase(lot);
    }
  }
  const OpenPositionsRollup rollup{account_, key.first, key.second, side_of(book.net), book.net, average_of(book), book.at};
  if (book.net == Quantity{}) removed(rollup);
  else upserted(rollup);
  upserted(RealizedPnlLatest{account_, key.first, key.second, book.realized, book.at});
  show_unrealized(key, book);
}

// ---- prices ----

void AccountTables::take(const BarObserved& bar) {
  appended(Price1mHistory{bar.product, bar.closed_at, bar.open, bar.high, bar.low, bar.close, bar.volume});
  see(bar.product, bar.close, bar.closed_at);
}

void AccountTables::see(ProductId product, Price price, Time at) {
  Seen& seen = prices_[product];
  if (at < seen.at) return;
  seen = {price, at};
  for (const auto& [key, book] : books_)
    if (key.second == product && book.net != Quantity{}) show_unrealized(key, book);
}

void AccountTables::show_unrealized(const BookKey& key, const Book& book) {
  const auto seen = prices_.find(key.second);
  if (seen == prices_.end()) return;
  const Money worth = notional(seen->second.price, book.net, book.multiplier);
  const UnrealizedPnlLatest row{account_,         key.first,  key.second, worth - book.cost, seen->second.price,
                                average_of(book), book.net, std::max(seen->second.at, book.at)};
  if (book.net == Quantity{}) removed(row);
  else upserted(row);
}

// ---- what went wrong ----

void AccountTables::take(const AlertTriggered& alert) { appended(RiskAlertsHistory{account_, alert.rule, alert.text, alert.at}); }
void AccountTables::take(const CommandDenied& denied) { appended(RiskAlertsHistory{account_, denied.rule, denied.reason, at_}); }

}  // namespace tally::tables
