#include "app/views/ledger_export.hpp"

#include "actors/investor/investor.hpp"
#include "actors/subscription/subscription.hpp"
#include "app/time_text.hpp"
#include "app/views/shard_reading.hpp"
#include "messages/shape.hpp"

namespace tally {
namespace {

struct Line {
  std::string account;
  std::string amount;
};

class LedgerFile {
 public:
  LedgerFile(std::string currency, std::optional<InvestorId> only) : currency_(std::move(currency)), only_(only) {}

  bool wants(InvestorId investor) const { return !only_ || *only_ == investor; }
  std::string& text() { return text_; }

  std::string money(Money amount) const { return amount.text() + ' ' + currency_; }

  void transaction(Time at, const std::string& what, const std::vector<Line>& lines) {
    text_ += iso_date(at) + " * " + what + '\n';
    for (const Line& line : lines) text_ += "    " + line.account + "  " + line.amount + '\n';
    text_ += '\n';
  }

 private:
  std::string currency_;
  std::optional<InvestorId> only_;
  std::string text_;
};

// ':' separates levels of an account, so that one inside a name is written otherwise.
std::string part(std::string_view name) {
  std::string text;
  for (const char c : name) text += c == ':' ? "%3A" : std::string(1, c);
  return text;
}
std::string cash_of(InvestorId investor) { return "Assets:" + part(investor.text()) + ":Cash"; }
std::string buffer_of(InvestorId investor) { return "Assets:" + part(investor.text()) + ":Buffer"; }
std::string place_of(InvestorId investor, SubscriptionId subscription, const char* place) {
  return "Assets:" + part(investor.text()) + ':' + part(subscription.text()) + ':' + place;
}
std::string fees_of(InvestorId investor, SubscriptionId subscription) {
  return "Expenses:" + part(investor.text()) + ':' + part(subscription.text()) + ":Fees";
}
std::string commodity_of(ProductId product) { return '"' + std::string(product.text()) + '"'; }

struct Trade {
  ProductId product;
  Price price;
  std::int64_t multiplier = 1;
  std::string what;
  Time at;
};

void write_row(LedgerFile& file, const Trade& trade, const SplitRow& row) {
  if (!file.wants(row.investor)) return;
  const SubscriptionId subscription = row.intent.subscription;
  const Money cost = notional(trade.price, abs(row.quantity), trade.multiplier);
  std::vector<Line> lines;
  if (row.quantity != Quantity{})
    lines.push_back({place_of(row.investor, subscription, "Position"),
                     row.quantity.text() + ' ' + commodity_of(trade.product) + " @@ " + file.money(cost)});
  if (row.fee != Money{}) lines.push_back({fees_of(row.investor, subscription), file.money(row.fee)});
  if (row.cash != Money{}) lines.push_back({place_of(row.investor, subscription, "Cash"), file.money(row.cash)});
  if (row.residual != Money{}) lines.push_back({buffer_of(row.investor), file.money(row.residual)});
  if (!lines.empty()) file.transaction(trade.at, trade.what + ' ' + text_of(row.intent), lines);
}

void write_transfer(LedgerFile& file, Time at, const std::string& what, const std::string& from, const std::string& to, Money amount) {
  if (amount != Money{}) file.transaction(at, what, {{to, file.money(amount)}, {from, file.money(-amount)}});
}

// What has no owner of its own in the fact: whose subscription it is, and which product.
struct Owner {
  InvestorId investor;
  ProductId product;
};
using Owners = std::map<SubscriptionId, Owner>;

void write_event(LedgerFile& file, Owners& owners, const Entry& entry, const Message& body) {
  std::visit(
      [&]<class M>(const M& fact) {
        if constexpr (std::same_as<M, SubscriptionUpdated>) {
          owners[fact.subscription] = {fact.investor, fact.product};
        } else if constexpr (std::same_as<M, InvestorLedgerUpdated>) {
          const char* other = fact.amount < Money{} ? ":Withdrawals" : ":Deposits";
          if (file.wants(fact.investor))
            write_transfer(file, entry.at, std::string(shape::enumerator_name(fact.reason)) + ' ' + std::string(fact.key.text()),
                           "Equity:" + part(fact.investor.text()) + other, cash_of(fact.investor), fact.amount);
        } else if constexpr (std::same_as<M, BufferAdjusted>) {
          if (!file.wants(fact.investor)) return;
          Money sum;
          for (const BufferShare& share : fact.shares) sum += share.amount;
          write_transfer(file, entry.at, "buffer " + std::string(fact.key.text()), cash_of(fact.investor), buffer_of(fact.investor), sum);
        } else if constexpr (std::same_as<M, CapitalAllotted> || std::same_as<M, CapitalReleased>) {
          if (!file.wants(fact.investor)) return;
          const Money amount = std::same_as<M, CapitalAllotted> ? fact.amount : -fact.amount;
          write_transfer(file, entry.at, (std::same_as<M, CapitalAllotted> ? "allotted " : "released ") + std::string(fact.key.text()),
                         cash_of(fact.investor), place_of(fact.investor, fact.subscription, "Cash"), amount);
        } else if constexpr (std::same_as<M, FillSplit>) {
          const Trade trade{fact.batch.product, fact.price, fact.multiplier, "fill " + std::string(fact.execution.text()), entry.at};
          for (const SplitRow& row : fact.rows) write_row(file, trade, row);
        } else if constexpr (std::same_as<M, InternalNettingSettled>) {
          const Trade trade{fact.batch.product, fact.mid, fact.multiplier, "cross " + text_of(fact.batch), entry.at};
          for (const SplitRow& row : fact.rows) write_row(file, trade, row);
        } else if constexpr (std::same_as<M, DriftResolved>) {
          if (fact.resolution != DriftResolution::assigned || !fact.subscription) return;
          const Trade trade{fact.product, fact.price, fact.multiplier, "drift " + std::to_string(fact.drift), entry.at};
          SplitRow row;
          row.intent.subscription = *fact.subscription;
          row.investor = owners[*fact.subscription].investor;
          row.quantity = fact.quantity;
          row.cash = -notional(fact.price, fact.quantity, fact.multiplier);
          write_row(file, trade, row);
        }
      },
      body);
}

void write_assertions(LedgerFile& file, ShardReading& reading, Time at) {
  std::vector<Line> lines;
  const auto assert_money = [&](const std::string& account, Money amount) {
    lines.push_back({account, file.money(Money{}) + " = " + file.money(amount)});
  };
  reading.for_each<Investor>([&](Symbol key, const Investor::State& state) {
    if (!file.wants(InvestorId(key))) return;
    assert_money(cash_of(InvestorId(key)), state.unallotted);
    assert_money(buffer_of(InvestorId(key)), state.buffer);
  });
  reading.for_each<Subscription>([&](Symbol key, const Subscription::State& state) {
    if (state.investor.empty() || !file.wants(state.investor)) return;
    assert_money(place_of(state.investor, SubscriptionId(key), "Cash"), state.cash);
    const std::string commodity = commodity_of(state.product);
    lines.push_back({place_of(state.investor, SubscriptionId(key), "Position"),
                     "0 " + commodity + " = " + state.position.text() + ' ' + commodity});
  });
  if (!lines.empty()) file.transaction(at, "balances as the entities hold them", lines);
}

}  // namespace

std::string ledger_export(const Journal& journal, Symbol account, const std::optional<InvestorId>& only) {
  std::string currency = "USD";
  Owners owners;
  Time at;
  std::optional<LedgerFile> file;
  std::map<ProductId, bool> products;
  for_each_entry(journal, account, 1, journal.committed(account), [&](const Entry& entry) {
    at = entry.at;
    for (const Event& event : entry.events) {
      if (const auto* configured = std::get_if<AccountConfigured>(&event.body); configured && !file) currency = configured->currency;
      if (std::holds_alternative<InvestorLedgerUpdated>(event.body) && !file) file.emplace(currency, only);
      if (file) write_event(*file, owners, entry, event.body);
      else if (const auto* added = std::get_if<SubscriptionUpdated>(&event.body)) owners[added->subscription] = {added->investor, added->product};
    }
  });
  if (!file) file.emplace(currency, only);
  ShardReading reading(journal, account);
  write_assertions(*file, reading, at);
  return "; account " + std::string(account.text()) + ", entries 1 to " + std::to_string(journal.committed(account)) +
         "\n\n" + file->text();
}

}  // namespace tally
