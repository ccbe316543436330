#include "tests/account/laws.hpp"

#include <boost/json.hpp>

#include "actors/topology.hpp"
#include "messages/json.hpp"
#include "messages/stored.hpp"

namespace tally::account {
namespace {

std::vector<std::byte> bytes_of(Entry entry) {
  entry.recorded_at = {};
  entry.term = 0;
  std::vector<std::byte> bytes;
  store_entry(entry, bytes);
  return bytes;
}

std::string at(const std::string& law, std::string_view what, const std::string& is, const std::string& wanted) {
  return law + ": " + std::string(what) + " is " + is + ", not " + wanted;
}

}  // namespace

void Laws::read(const Entry& entry) {
  for (const Event& event : entry.events) {
    if (const auto* product = std::get_if<ProductDefined>(&event.body)) multipliers_[product->product] = product->multiplier;
    if (const auto* updated = std::get_if<SubscriptionUpdated>(&event.body)) subscriptions_.insert(updated->subscription);
    if (const auto* moved = std::get_if<InvestorLedgerUpdated>(&event.body)) {
      investors_.insert(moved->investor);
      paid_in_ += moved->amount;
    }
    if (const auto* fill = std::get_if<OrderFilled>(&event.body)) {
      const Quantity signed_quantity = fill->side == Side::buy ? fill->last_quantity : -fill->last_quantity;
      const ProductId product = fill->batch.product;
      traded_ -= notional(fill->last_price, signed_quantity, multipliers_.at(product)) + fill->fee;
      filled_[product] += signed_quantity;
      ++fills_;
      if (!executions_.insert(fill->execution).second)
        fault_ = "execution " + std::string(fill->execution.text()) + " filled twice";
    }
    if (const auto* cross = std::get_if<InternalNettingSettled>(&event.body)) {
      ++crosses_;
      Money sum;
      for (const SplitRow& row : cross->rows) sum += row.cash + row.residual + row.fee;
      if (sum != Money{}) fault_ = "a cross made " + sum.text();
    }
    if (const auto* drift = std::get_if<DriftResolved>(&event.body); drift && drift->resolution == DriftResolution::assigned) {
      traded_ -= notional(drift->price, drift->quantity, drift->multiplier);
      filled_[drift->product] += drift->quantity;
    }
  }
}

std::string Laws::broken() {
  for_each_entry(rig_.journal(), rig_.shard(), read_to_ + 1, rig_.journal().end(rig_.shard()),
                 [&](const Entry& entry) { read(entry); });
  read_to_ = rig_.journal().end(rig_.shard());
  if (!fault_.empty()) return fault_;

  Money cash, buffers, shares;
  for (const InvestorId& id : investors_) {
    const auto& investor = rig_.state<Investor>(id.text());
    if (investor.unallotted < Money{}) return at("no debt", id.text(), investor.unallotted.text(), ">= 0");
    if (investor.buffer < Money{}) return at("no negative buffer", id.text(), investor.buffer.text(), ">= 0");
    cash += investor.unallotted;
    buffers += investor.buffer;
  }
  std::map<ProductId, Quantity> held;
  for (const SubscriptionId& id : subscriptions_) {
    const auto& subscription = rig_.state<Subscription>(id.text());
    if (position_of(subscription.lots) != subscription.position)
      return at("lots make the position", id.text(), position_of(subscription.lots).text(), subscription.position.text());
    if (subscription.buffer < Money{}) return at("no negative buffer", id.text(), subscription.buffer.text(), ">= 0");
    cash += subscription.cash;
    shares += subscription.buffer;
    held[subscription.product] += subscription.position;
  }
  if (shares != buffers) return at("buffers have owners", "the sum of shares", shares.text(), buffers.text());
  if (cash + buffers != paid_in_ + traded_)
    return at("every unit in one place", "all cash", (cash + buffers).text(), (paid_in_ + traded_).text());
  const auto& risk = rig_.state<RiskAuthority>(rig_.shard().text());
  if (risk.cash != cash + buffers) return at("risk knows the cash", "its cash", risk.cash.text(), (cash + buffers).text());
  for (const auto& [product, multiplier] : multipliers_) {
    const Quantity booked = rig_.state<NettingBook>(product.text()).position;
    if (held[product] != booked) return at("subscriptions make the book", product.text(), held[product].text(), booked.text());
    if (filled_[product] != booked) return at("fills make the book", product.text(), booked.text(), filled_[product].text());
    if (risk.products.contains(product) && risk.products.at(product).position != booked)
      return at("risk knows the book", product.text(), risk.products.at(product).position.text(), booked.text());
    const auto& compared = rig_.state<Reconciliation>(rig_.shard().text()).positions;
    if (compared.contains(product) && compared.at(product).ours != booked)
      return at("reconciliation knows the book", product.text(), compared.at(product).ours.text(), booked.text());
  }
  return {};
}

std::string Laws::replay_differs() {
  const MemoryJournal& journal = rig_.journal();
  DeterministicHost rebuilt(account_program(), rig_.shard(), [](const Entry&) {}, &journal);
  rebuilt.recover();
  MemoryJournal again;
  DeterministicHost decided(
      account_program(), rig_.shard(), [&](const Entry& entry) { again.append(rig_.shard(), entry); }, &again);
  for_each_entry(journal, rig_.shard(), 1, journal.end(rig_.shard()), [&](const Entry& entry) {
    if (!entry.is_input()) return;
    std::vector<Message> messages;
    for (const Event& event : entry.events) messages.push_back(event.body);
    decided.submit(std::move(messages), entry.at, entry.producer);
  });
  const Offset end = std::min(again.end(rig_.shard()), journal.end(rig_.shard()));
  for (Offset offset = 1; offset <= end; ++offset) {
    const EntryPtr recorded = journal.read(rig_.shard(), offset, 1)[0], anew = again.read(rig_.shard(), offset, 1)[0];
    if (bytes_of(*recorded) != bytes_of(*anew))
      return "deciding anew differs at " + std::to_string(offset) + ":\n" + serialize(to_json(*recorded, rig_.shard())) + "\n" +
             serialize(to_json(*anew, rig_.shard()));
  }
  if (again.end(rig_.shard()) != journal.end(rig_.shard()))
    return at("deciding anew gives the same journal", "its end", std::to_string(again.end(rig_.shard())),
              std::to_string(journal.end(rig_.shard())));

  std::string difference;
  const auto compare = [&](DeterministicHost& other, const char* how) {
    rig_.host().for_each_cell([&](AnyCell& cell) {
      if (cell.state_bytes() != other.cell(cell.ref()).state_bytes() && difference.empty())
        difference = std::string(how) + " gives " + text_of(cell.ref()) + " another state:\n" + serialize(cell.state_as_json()) +
                     "\n" + serialize(other.cell(cell.ref()).state_as_json());
    });
  };
  compare(rebuilt, "replay");
  compare(decided, "deciding anew");
  return difference;
}

std::string Laws::unfinished() {
  for (const SubscriptionId& id : subscriptions_) {
    const auto& subscription = rig_.state<Subscription>(id.text());
    if (outstanding(subscription) != Quantity{}) return at("every intent ends", id.text(), outstanding(subscription).text(), "0");
    if (held_flat(subscription) && abs(subscription.position) >= subscription.lot && subscription.lot > Quantity{})
      return at("flat means flat", id.text(), subscription.position.text(), "0");
    if (subscription.withdrawal) return at("every withdrawal is answered", id.text(), "waiting", "done");
  }
  for (const InvestorId& id : investors_)
    if (rig_.state<Investor>(id.text()).withdrawal) return at("every withdrawal ends", id.text(), "waiting", "settled");
  for (const auto& [product, multiplier] : multipliers_) {
    const auto& book = rig_.state<NettingBook>(product.text());
    if (!book.open.empty() || !book.shared.waiting.empty()) return at("every batch ends", product.text(), "open", "done");
    const auto& risk = rig_.state<RiskAuthority>(rig_.shard().text());
    if (risk.products.contains(product) && !risk.products.at(product).reservations.empty())
      return at("every reservation ends", product.text(), "reserved", "free");
    Quantity drift;
    for (const auto& [number, open] : rig_.state<Reconciliation>(rig_.shard().text()).drifts)
      if (open.product == product && open.kind == DriftKind::position) drift += open.difference;
    if (book.position + drift != rig_.venue.position(product))
      return at("book and drift make the venue's position", product.text(), (book.position + drift).text(),
                rig_.venue.position(product).text());
  }
  const auto& session = rig_.state<BrokerSession>(rig_.shard().text());
  if (!session.open.empty()) return at("every order ends", session.open.begin()->first.text(), "open", "closed");
  return {};
}

}  // namespace tally::account
