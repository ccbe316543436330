#include "app/market_view.hpp"

namespace tally {
namespace {

// FNV-1a over the two prices: what identifies the book that a mid was taken from.
std::uint64_t book_hash_of(Price bid, Price ask) {
  std::uint64_t hash = 0xCBF29CE484222325ull;
  for (const std::int64_t units : {bid.units(), ask.units()})
    for (int shift = 0; shift < 64; shift += 8) {
      hash ^= static_cast<std::uint64_t>(units >> shift) & 0xFF;
      hash *= 0x100000001B3ull;
    }
  return hash;
}

}  // namespace

void MarketView::set(const MarkCaptured& mark) {
  std::lock_guard lock(mutex_);
  auto& known = seen_[mark.product].mark;
  if (!known || known->at <= mark.at) known = mark;
  known->asked_by.reset();
}

void MarketView::set(const MidPriceCaptured& top) {
  std::lock_guard lock(mutex_);
  auto& known = seen_[top.product].top;
  if (!known || known->at <= top.at) known = top;
}

void MarketView::show(const BarObserved& bar, Price half_spread, const std::string& source) {
  set(MarkCaptured{bar.product, bar.close, source, bar.closed_at, {}});
  MidPriceCaptured top;
  top.product = bar.product;
  top.state = half_spread == Price{} ? BookState::locked : BookState::two_sided;
  top.bid = bar.close - half_spread;
  top.ask = bar.close + half_spread;
  top.mid = bar.close;
  top.source = source;
  top.book_hash = book_hash_of(top.bid, top.ask);
  top.at = bar.closed_at;
  set(top);
}

std::optional<MarkCaptured> MarketView::mark(ProductId product) const {
  std::lock_guard lock(mutex_);
  const auto it = seen_.find(product);
  return it == seen_.end() ? std::nullopt : it->second.mark;
}

std::optional<MidPriceCaptured> MarketView::top(ProductId product) const {
  std::lock_guard lock(mutex_);
  const auto it = seen_.find(product);
  return it == seen_.end() ? std::nullopt : it->second.top;
}

void MarketView::capture(const Message& input, std::vector<Message>& captured) const {
  std::lock_guard lock(mutex_);
  if (const auto* signal = std::get_if<SendSignal>(&input)) return capture_one(signal->product, captured);
  if (const auto* withdrawal = std::get_if<WithdrawFunds>(&input)) return capture_marks(withdrawal->investor, captured);
  if (std::holds_alternative<RequestReconciliation>(input) || std::holds_alternative<ConfirmRearm>(input))
    return capture_marks({}, captured);
  const auto* deadline = std::get_if<DeadlineReached>(&input);
  if (!deadline) return;
  if (deadline->target.kind == EntityKind::netting_book) capture_one(ProductId(deadline->target.key), captured);
  if (deadline->target.kind == EntityKind::risk_authority) capture_marks({}, captured);
  if (deadline->target.kind == EntityKind::subscription)
    for (const auto& [product, seen] : seen_) capture_one(product, captured);
}

void MarketView::capture_one(ProductId product, std::vector<Message>& captured) const {
  const auto it = seen_.find(product);
  if (it == seen_.end()) return;
  if (it->second.mark) captured.emplace_back(*it->second.mark);
  if (it->second.top) captured.emplace_back(*it->second.top);
}

void MarketView::capture_marks(const std::optional<InvestorId>& asked_by, std::vector<Message>& captured) const {
  for (const auto& [product, seen] : seen_) {
    if (!seen.mark) continue;
    MarkCaptured mark = *seen.mark;
    mark.asked_by = asked_by;
    captured.emplace_back(std::move(mark));
  }
}

}  // namespace tally
