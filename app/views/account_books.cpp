#include "app/views/account_books.hpp"

namespace tally {
namespace {

void fold(AccountBooks& books, const InvestorLedgerUpdated& moved) {
  InvestorFlows& flows = books.flows[moved.investor];
  if (moved.amount < Money{}) flows.withdrawals -= moved.amount;
  else flows.deposits += moved.amount;
  books.cash += moved.amount;
}

// Bought quantity costs, sold quantity pays; a fee always costs.
void trade(AccountBooks& books, ProductId product, Quantity quantity, Price price, Money fee, std::int64_t multiplier) {
  books.cash -= notional(price, quantity, multiplier) + fee;
  books.positions[product] += quantity;
}

void fold(AccountBooks& books, const OrderFilled& fill) {
  const ProductId product = fill.batch.product;
  const Quantity signed_quantity = fill.side == Side::buy ? fill.last_quantity : -fill.last_quantity;
  const auto defined = books.products.find(product);
  trade(books, product, signed_quantity, fill.last_price, fill.fee, defined == books.products.end() ? 1 : defined->second.multiplier);
}

void fold(AccountBooks& books, const DriftDetected& seen) {
  books.drifts[seen.drift] = {seen.drift, seen.kind, seen.product, seen.expected, seen.reported, seen.difference, seen.at,
                              seen.playbook, {}, {}, {}};
}

void fold(AccountBooks& books, const DriftResolved& resolved) {
  DriftView& drift = books.drifts[resolved.drift];
  drift.resolution = resolved.resolution;
  drift.assigned_to = resolved.subscription;
  drift.reason = resolved.reason;
  if (resolved.resolution == DriftResolution::assigned)
    trade(books, resolved.product, resolved.quantity, resolved.price, Money{}, resolved.multiplier);
}

void fold(AccountBooks& books, const MarkCaptured& mark) {
  MarkCaptured& known = books.marks[mark.product];
  if (known.product.empty() || known.at <= mark.at) known = mark;
}

template <class M>
void fold(AccountBooks& books, const M& body) {
  if constexpr (std::same_as<M, AccountConfigured>) books.account = body;
  else if constexpr (std::same_as<M, ProductDefined>) books.products[body.product] = body;
}

}  // namespace

void AccountBooks::fold(const Entry& entry) {
  offset = entry.offset;
  at = entry.at;
  for (const Event& event : entry.events) std::visit([&](const auto& body) { tally::fold(*this, body); }, event.body);
}

AccountBooks account_books(const Journal& journal, Symbol account, Symbol venue) {
  AccountBooks books;
  for_each_entry(journal, account, 1, journal.committed(account), [&](const Entry& entry) { books.fold(entry); });
  if (venue.empty()) return books;
  for_each_entry(journal, venue, 1, journal.committed(venue), [&](const Entry& entry) {
    for (const Event& event : entry.events)
      if (const auto* bar = std::get_if<BarObserved>(&event.body))
        fold(books, MarkCaptured{bar->product, bar->close, "venue:bar-close", bar->closed_at, {}});
  });
  return books;
}

}  // namespace tally
