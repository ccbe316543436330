#include "app/views/statement.hpp"

#include <algorithm>

#include "actors/investor/investor.hpp"
#include "actors/subscription/subscription.hpp"
#include "app/views/shard_reading.hpp"

namespace tally {
namespace {

std::optional<Price> average_price(const Subscription::State& state) {
  const Int128 volume = static_cast<Int128>(abs(state.position).units()) * state.multiplier;
  if (volume == 0) return std::nullopt;
  return Price::from_units(static_cast<std::int64_t>(cost_of(state.lots, state.multiplier).units() / volume));
}

// (mark - price) x quantity over the lots: what closing at the mark would realize.
Money unrealized_at(const Subscription::State& state, Price mark) {
  Money sum;
  for (const Lot& lot : state.lots) sum += notional(mark - lot.price, lot.quantity, state.multiplier);
  return sum;
}

SubscriptionStatement line_of(Symbol key, const Subscription::State& state, const AccountBooks& books) {
  SubscriptionStatement line;
  line.subscription = SubscriptionId(key);
  line.source = state.source;
  line.product = state.product;
  line.active = state.terms.active;
  line.position = state.position;
  line.average_price = average_price(state);
  line.realized = state.realized;
  line.fees = state.fees;
  line.cash = state.cash;
  line.buffer = state.buffer;
  line.virtual_capital = state.cash + state.buffer;
  if (const auto mark = books.marks.find(state.product); mark != books.marks.end()) {
    line.mark = mark->second.price;
    line.mark_at = mark->second.at;
    line.unrealized = unrealized_at(state, mark->second.price);
    line.virtual_capital += notional(mark->second.price, state.position, state.multiplier);
  }
  return line;
}

void add(InvestorStatement& investor, SubscriptionStatement line) {
  investor.realized += line.realized;
  investor.unrealized += line.unrealized;
  investor.fees += line.fees;
  investor.virtual_capital += line.virtual_capital - line.buffer;  // the buffer is counted once, with its owner
  investor.subscriptions.push_back(std::move(line));
}

std::map<InvestorId, InvestorStatement> investors_of(ShardReading& reading, const AccountBooks& books) {
  std::map<InvestorId, InvestorStatement> investors;
  reading.for_each<Investor>([&](Symbol key, const Investor::State& state) {
    InvestorStatement& investor = investors[InvestorId(key)];
    investor.investor = InvestorId(key);
    investor.unallotted = state.unallotted;
    investor.buffer = state.buffer;
    investor.virtual_capital = state.unallotted + state.buffer;
    investor.withdrawable = withdrawable(state, books.account.minimum_unit);
    if (const auto flows = books.flows.find(investor.investor); flows != books.flows.end()) {
      investor.deposits = flows->second.deposits;
      investor.withdrawals = flows->second.withdrawals;
    }
  });
  reading.for_each<Subscription>([&](Symbol key, const Subscription::State& state) {
    if (!state.investor.empty()) add(investors[state.investor], line_of(key, state, books));
  });
  // Who never paid in and holds nothing was only asked about.
  std::erase_if(investors, [](const auto& pair) {
    const InvestorStatement& i = pair.second;
    return i.subscriptions.empty() && i.deposits == Money{} && i.unallotted == Money{} && i.buffer == Money{};
  });
  for (auto& [id, investor] : investors) investor.result = investor.virtual_capital - investor.deposits + investor.withdrawals;
  return investors;
}

Conservation conservation_of(const std::map<InvestorId, InvestorStatement>& investors, const AccountBooks& books) {
  Conservation check;
  std::map<ProductId, Quantity> held;
  for (const auto& [product, position] : books.positions) held[product];
  for (const auto& [id, investor] : investors) {
    check.places += investor.unallotted + investor.buffer;
    for (const SubscriptionStatement& line : investor.subscriptions) {
      check.places += line.cash;
      held[line.product] += line.position;
    }
  }
  check.account_cash = books.cash;
  check.difference = check.places - check.account_cash;
  check.holds = check.difference == Money{};
  for (const auto& [product, quantity] : held) {
    const auto confirmed = books.positions.find(product);
    check.positions.push_back({product, quantity, confirmed == books.positions.end() ? Quantity{} : confirmed->second});
    check.holds = check.holds && check.positions.back().subscriptions == check.positions.back().account;
  }
  return check;
}

}  // namespace

AccountStatement account_statement(const Journal& journal, Symbol account, Symbol venue) {
  const AccountBooks books = account_books(journal, account, venue);
  ShardReading reading(journal, account);
  const auto investors = investors_of(reading, books);
  AccountStatement statement;
  statement.account = AccountId(account);
  statement.currency = books.account.currency;
  statement.offset = books.offset;
  statement.at = books.at;
  for (const auto& [id, investor] : investors) statement.investors.push_back(investor);
  statement.conservation = conservation_of(investors, books);
  for (const auto& [number, drift] : books.drifts)
    if (!drift.resolution) statement.drifts.push_back(drift);
  return statement;
}

}  // namespace tally
